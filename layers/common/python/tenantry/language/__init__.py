"""How clients write values and queries.

Everything is an allow-list, so that no query runs JavaScript, reaches another collection or makes the server
fail: https://www.mongodb.com/docs/manual/reference/operator/query/
"""
