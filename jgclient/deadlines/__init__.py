"""When a record is due: calendars, terms and duties."""
