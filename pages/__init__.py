"""What people look at: briefings, sites and pictures."""
