"""What clients may ask for: filters, sorting, fields and pages of documents.

Everything is an allow-list, so that no query runs JavaScript, reaches another collection or makes the server
fail: https://www.mongodb.com/docs/manual/reference/operator/query/
"""
