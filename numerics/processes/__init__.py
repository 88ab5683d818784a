"""Worker processes: tasks in them, their limits of time, and their memory."""
