"""What the master database says: organizations, their names, and the clusters that hold their documents."""
