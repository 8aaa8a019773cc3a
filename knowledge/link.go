package knowledge

import (
	"net/url"
	"strings"

	"maunium.net/go/mautrix/id"
)

// Link is the address of a message, or, without one, of a room (matrix.to,
// Matrix specification appendices, "matrix.to navigation"), with servers to
// reach the room by.
func Link(room id.RoomID, e id.EventID, via []string) string {
	var b strings.Builder
	b.WriteString("https://matrix.to/#/" + url.PathEscape(room.String()))
	if e != "" {
		b.WriteString("/" + url.PathEscape(e.String()))
	}
	for i, v := range via {
		sep := "&"
		if i == 0 {
			sep = "?"
		}
		b.WriteString(sep + "via=" + url.QueryEscape(v))
	}
	return b.String()
}
