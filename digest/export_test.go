package digest

// Updating tells tests from outside whether golden files are to be written.
func Updating() bool { return *update }
