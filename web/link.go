package web

import (
	"context"
	"errors"
	"net/http"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// errUnsure means that nobody can tell at the moment who is in a room.
var errUnsure = errors.New("members of a room are unknown")

// opened is the link with that secret part; if it opens nothing, that is answered.
func (s *Server) opened(w http.ResponseWriter, r *http.Request, secret string) (store.CalendarLink, bool) {
	link, err := s.open(r.Context(), secret)
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.plain(w, http.StatusNotFound, "not found")
	case errors.Is(err, errUnsure):
		s.later(w)
	case err != nil:
		s.fail(w, r, err)
	}
	return link, err == nil
}

// open is the link with that secret part: ErrNotFound if there is none, or if
// whose it is does not belong here any more.
func (s *Server) open(ctx context.Context, secret string) (store.CalendarLink, error) {
	q := s.Store.Reader()
	link, err := store.CalendarLinkBySecret(ctx, q, secret)
	if err != nil {
		return link, err
	}
	if _, ok := s.Networks[link.Network]; !ok {
		return link, store.ErrNotFound
	}
	if link.User == "" {
		return link, nil
	}
	if gone, err := store.Forgotten(ctx, q, s.Store.HashPerson(link.User)); err != nil || gone {
		return link, errors.Join(err, store.ErrNotFound)
	}
	joined, unsure, err := store.MemberOf(ctx, q, link.Network, link.User)
	if err != nil || joined {
		return link, err
	}
	if len(unsure) > 0 {
		s.learn(ctx, unsure)
		joined, unsure, err = store.MemberOf(ctx, q, link.Network, link.User)
	}
	switch {
	case err != nil || joined:
		return link, err
	case len(unsure) > 0:
		return link, errUnsure
	}
	return link, store.ErrNotFound
}

// learn asks who is in rooms. What it cannot learn stays unknown.
func (s *Server) learn(ctx context.Context, rooms []id.RoomID) {
	if s.Members == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.wait)
	defer cancel()
	for _, room := range rooms {
		if err := s.Members(ctx, room); err != nil {
			s.Log.Warn().Err(err).Stringer("room_id", room).Msg("http: members unknown")
		}
	}
}
