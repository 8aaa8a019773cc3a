package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// runApprove is "freigabe": release a draft, without some of its items, or
// never.
func runApprove(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Doubtful {
		return nil, c.wrong("know_doubtful")
	}
	audience, never, without, err := c.readApproval()
	if err != nil {
		return nil, err
	}
	d, err := c.draft(ctx, tx, audience)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(c.Network.Organised, d.Room) && !slices.Contains(c.Network.Organisers, c.Sender) {
		return nil, c.mayOrganise()
	}
	if never {
		return &Reply{Text: c.say("digest_refused")}, digest.Refuse(ctx, tx, d, c.Now)
	}
	return &Reply{Text: c.say("digest_released")}, digest.Approve(ctx, tx, d, without, c.Now)
}

// readApproval reads what follows the word, in any order: "ohne 3 5", "nie",
// and for whom the digest is, if there are several.
func (c *Call) readApproval() (audience string, never bool, without []int, err error) {
	out := false
	for _, w := range folded(c.Args) {
		w = strings.Trim(w, ",.;")
		switch a, ok := audienceWord(w); {
		case ok:
			audience = a
		case slices.Contains([]string{"nie", "niemals", "never"}, w):
			never = true
		case slices.Contains([]string{"ohne", "without"}, w):
			out = true
		case slices.Contains([]string{"und", "and", ""}, w):
		case out && atoi(w) > 0:
			without = append(without, atoi(w))
		default:
			return "", false, nil, c.wrong("digest_approve_what", lang.Values{"Word": short(w), "Name": c.Command.Name(c.Lang)})
		}
	}
	if out && len(without) == 0 || never && out {
		return "", false, nil, c.wrong("digest_approve_which", lang.Values{"Name": c.Command.Name(c.Lang)})
	}
	return audience, never, without, nil
}

// audienceWord is the audience that people call so.
func audienceWord(w string) (string, bool) {
	switch w {
	case "raum", "room":
		return store.AudienceRoom, true
	case "netzwerk", "netz", "network":
		return store.AudienceNetwork, true
	case "oeffentlich", "public":
		return store.AudiencePublic, true
	}
	return "", false
}

// draft is the draft that is meant: the one replied to, else the only one
// that waits in the room or, in a direct chat, that this organiser got.
func (c *Call) draft(ctx context.Context, tx *store.Tx, audience string) (store.Digest, error) {
	if c.ReplyTo != "" {
		d, err := draftOf(ctx, tx, c)
		if !errors.Is(err, store.ErrNotFound) {
			return d, err
		}
	}
	var list []store.Digest
	var err error
	if c.Direct {
		list, err = store.DraftsFor(ctx, tx, c.Sender)
	} else {
		list, err = store.Drafts(ctx, tx, c.Room)
	}
	if err != nil {
		return store.Digest{}, err
	}
	list = slices.DeleteFunc(list, func(d store.Digest) bool {
		return d.Network != c.Network.Name || audience != "" && d.Audience != audience
	})
	switch len(list) {
	case 0:
		return store.Digest{}, c.wrong("digest_no_draft")
	case 1:
		return list[0], nil
	}
	return store.Digest{}, c.wrong("digest_which_draft", lang.Values{"Count": len(list)})
}

// draftOf is the digest that the message shows which was replied to.
func draftOf(ctx context.Context, tx *store.Tx, c *Call) (store.Digest, error) {
	key, err := store.KeyOf(ctx, tx, c.ReplyTo)
	if err != nil {
		return store.Digest{}, err
	}
	post, err := store.DigestPostOf(ctx, tx, key)
	if err != nil {
		return store.Digest{}, err
	}
	d, err := store.DigestByID(ctx, tx, post.Digest)
	if err == nil && d.State != store.DigestDraft {
		return d, lang.Wrong("digest_decided")
	}
	if err == nil && d.Network != c.Network.Name {
		return d, store.ErrNotFound
	}
	return d, err
}
