package digest

import (
	"encoding/json"

	"buffet/store"
)

// Options are what a schedule says of its digest; they are kept as its Filter.
type Options struct {
	Audience string `json:"audience,omitempty"` // "" is store.AudienceRoom
}

// OptionsOf reads the Filter of a schedule; what cannot be read is the room's own digest.
func OptionsOf(filter string) Options {
	var o Options
	if json.Unmarshal([]byte(filter), &o) != nil || o.Audience != store.AudienceNetwork && o.Audience != store.AudiencePublic {
		o = Options{Audience: store.AudienceRoom}
	}
	return o
}

// JSON is the Filter of a schedule; a room's own digest needs none.
func (o Options) JSON() string {
	if o.Audience == store.AudienceRoom {
		o.Audience = ""
	}
	b, err := json.Marshal(o)
	if err != nil {
		return "{}"
	}
	return string(b)
}
