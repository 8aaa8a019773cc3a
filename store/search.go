package store

import (
	"context"

	"maunium.net/go/mautrix/id"
)

// RoomScope, NetworkScope and PublicScope name those who may see a document:
// a room's members, a network's, everybody.
func RoomScope(room id.RoomID) string    { return "r/" + room.String() }
func NetworkScope(network string) string { return "n/" + network }
func PublicScope(network string) string  { return "p/" + network }

// Scope is who may see the contribution.
func (c Contribution) Scope() string {
	switch c.Audience {
	case AudienceNetwork:
		return NetworkScope(c.Network)
	case AudiencePublic:
		return PublicScope(c.Network)
	}
	return RoomScope(c.Room)
}

// sameDocument tells whether search sees no difference.
func sameDocument(a, b Contribution) bool {
	return a.Scope() == b.Scope() && a.Title == b.Title && a.Body == b.Body && a.Topics == b.Topics && a.Question == b.Question && a.Sent.Equal(b.Sent)
}

func (tx *Tx) index(ctx context.Context, c Contribution) error   { return nil }
func (tx *Tx) unindex(ctx context.Context, c Contribution) error { return nil }
