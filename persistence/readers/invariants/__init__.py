"""What must always be true of the database, as questions that give the exceptions."""
