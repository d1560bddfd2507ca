
-- Deletes a record at any version.
return remove(ARGV[1])
