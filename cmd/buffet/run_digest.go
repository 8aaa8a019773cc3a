package main

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/store"
)

// publisher makes, posts and mends digests.
func (d *daemon) publisher(log zerolog.Logger) *digest.Publisher {
	read := func(ctx context.Context, room id.RoomID, since, until time.Time) (*digest.History, error) {
		return d.bot.ReadSince(ctx, room, since, until, nil)
	}
	return &digest.Publisher{
		Store: d.store, Phrases: d.phrases, Now: time.Now, Log: log, Place: d.announceRoom,
		Approvers: d.bot.Approvers, KnowMembers: d.bot.KnowMembers, RoomName: d.bot.RoomName, Said: d.bot.TextNow, CameLater: d.bot.CameLater,
		Composer: &digest.Composer{Phrases: d.phrases, Read: read, Hash: d.store.HashPerson, Log: log,
			Summariser: func(ctx context.Context, q store.Querier, _ string, rooms []id.RoomID) digest.Summariser {
				by, err := d.summariser(ctx, q, rooms)
				if err != nil {
					log.Warn().Err(err).Msg("settings unknown: no model writes")
					by = digest.Extractive{Note: noModel}
				}
				return by
			}},
	}
}

// noModel is what people are told where a model was wanted and something else
// than the model failed.
const noModel = "digest_note_failed"

// summariser is who may write when texts of these rooms are put into it: a
// model only if all of them turned it on, and the names of all their members
// are known, which it is not to see. It may ask the homeserver.
func (d *daemon) summariser(ctx context.Context, q store.Querier, rooms []id.RoomID) (digest.Summariser, error) {
	if d.model == nil || len(rooms) == 0 {
		return digest.Extractive{}, nil
	}
	var names []string
	for _, room := range rooms {
		on, err := store.Setting(ctx, q, room, store.SetModel)
		if err != nil {
			return nil, err
		}
		if room == "" || on != store.On {
			return digest.Extractive{}, nil
		}
		// the settings of a room that we left stay, its members do not
		if r, err := store.RoomIn(ctx, q, room); errors.Is(err, store.ErrNotFound) || err == nil && r.Joined.IsZero() {
			return digest.Extractive{}, nil
		} else if err != nil {
			return nil, err
		}
		if err := d.digests.KnowMembers(ctx, room); err != nil {
			d.log.Warn().Err(err).Stringer("room_id", room).Msg("members unknown: no model writes")
			return digest.Extractive{Note: noModel}, nil
		}
		some, err := store.MemberNames(ctx, q, room)
		if err != nil {
			return nil, err
		}
		names = append(names, some...)
	}
	return &digest.Discreet{Summariser: d.model, Names: names}, nil
}

// forgetDigests deletes digests as old as contributions may become, and what
// is known of answers to "kurz" when the outbox forgets them.
func (d *daemon) forgetDigests(ctx context.Context, tx *store.Tx, now time.Time) error {
	if err := digest.Lapse(ctx, tx, now); err != nil { // of what the operator's config planned, too
		return err
	}
	list, err := store.DigestRooms(ctx, tx)
	if err != nil {
		return err
	}
	for _, room := range list {
		before, err := d.keptSince(ctx, tx, room, now)
		if err != nil {
			return err
		}
		if err := tx.DropDigests(ctx, room, before); err != nil {
			return err
		}
	}
	return tx.DropDigests(ctx, "", now.Add(-keepDone))
}
