package knowledge

import "regexp"

var (
	personLink = regexp.MustCompile(`(?i)\b(?:https?://)?matrix\.to/#/\S+|\bmatrix:(?:u|r|roomid|user|room)/\S+`)
	mail       = regexp.MustCompile(`(?i)(?:mailto:)?[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	matrixID   = regexp.MustCompile(`[@!#$][^\s:@,;()<>"']{1,255}:(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::\d{1,5})?`)
	// with a country or a leading zero; years, sums of money and dates with dots are none
	phone = regexp.MustCompile(`(?:\+|\b00)[1-9](?:[ \t./()-]{0,3}\d){6,14}\b|\(?\b0[1-9](?:[ \t/()-]{0,3}\d){5,12}\b`)
)

// Pseudonymise takes out of a text what reaches a person: links to people and
// rooms of Matrix, Matrix ids and aliases, mail addresses and phone numbers.
// Placeholders stand in their places. Names stay: no rule knows them.
func Pseudonymise(text string) string {
	text = personLink.ReplaceAllLiteralString(text, "[link]")
	text = mail.ReplaceAllLiteralString(text, "[mail]")
	text = matrixID.ReplaceAllLiteralString(text, "[id]")
	return phone.ReplaceAllLiteralString(text, "[phone]")
}
