package commands

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// runDigest is "digest": the newest one; a subscription; a file.
func runDigest(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	words := folded(c.Args)
	if len(words) == 0 {
		return c.newestDigest(ctx, tx, "")
	}
	if audience, ok := audienceWord(words[0]); ok && len(words) == 1 {
		return c.newestDigest(ctx, tx, audience)
	}
	switch {
	case isSubscribe(words[0]):
		return c.subscribe(ctx, tx, words[1:])
	case isUnsubscribe(words[0]):
		return c.unsubscribe(ctx, tx)
	case isFile(words[0]):
		return c.digestFiles(ctx, tx, words[1:])
	}
	return nil, c.wrong("digest_what", lang.Values{"Word": short(c.Args[0])})
}

func isSubscribe(w string) bool {
	return slices.Contains([]string{"abo", "abonnieren", "subscribe"}, w)
}
func isUnsubscribe(w string) bool {
	return slices.Contains([]string{"stopp", "stop", "abbestellen", "unsubscribe"}, w)
}
func isFile(w string) bool { return slices.Contains([]string{"datei", "dateien", "file", "files"}, w) }

// folded are words as they are compared.
func folded(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = fold(w)
	}
	return list
}

// newest is the digest that newestOf finds, without threads unless
// prepareNewest found that all who read the answer may see them.
func (c *Call) newest(ctx context.Context, tx *store.Tx, audience string) (*digest.Page, error) {
	d, err := c.newestOf(ctx, tx, audience)
	if errors.Is(err, store.ErrNotFound) {
		return nil, c.wrong("digest_none_yet", lang.Values{"Help": c.Table.word("hilfe", c.Lang)})
	} else if err != nil {
		return nil, err
	}
	page, err := digest.Load(ctx, tx, c.Table.phrases, c.Network.Zone, ShownPrefix(c.Network.Prefix), d.ID)
	if err == nil && d.ID != c.Whole {
		page.HideThreads()
	}
	return page, err
}

// prepareNewest asks who came since the newest digest was made.
func prepareNewest(ctx context.Context, q store.Querier, c *Call) error {
	if c.Table.CameLater == nil {
		return nil
	}
	if reply, err := c.choose(); reply != nil || err != nil {
		return nil //nolint:nilerr // Run says it
	}
	audience := ""
	if words := folded(texts(tokens(c.Tail))); len(words) > 0 {
		audience, _ = audienceWord(words[0])
	}
	d, err := c.newestOf(ctx, q, audience)
	if err != nil || d.Audience != store.AudienceRoom { // only a room's has threads
		return store.Ignore(err)
	}
	later, err := c.Table.CameLater(ctx, d.Room, d.To)
	if err == nil && !later {
		c.Whole = d.ID
	}
	return err
}

// newestOf is the digest published last that everybody may read who reads the
// answer: in a room its own, if it has one, or with a word for whom the
// network's; in a direct chat that of all rooms the person is in.
func (c *Call) newestOf(ctx context.Context, q store.Querier, audience string) (d store.Digest, err error) {
	rooms, networks := []id.RoomID{c.Room}, []string{c.Network.Name}
	if c.Direct {
		rooms = nil
		in, err := store.JoinedRooms(ctx, q, c.Sender)
		if err != nil {
			return d, err
		}
		for _, r := range in {
			if r.Network == c.Network.Name {
				rooms = append(rooms, r.ID)
			}
		}
	}
	choices := [][2]any{{rooms, []string(nil)}, {[]id.RoomID(nil), networks}}
	switch {
	case audience == store.AudienceRoom:
		choices = choices[:1]
	case audience != "":
		choices = choices[1:]
	case c.Direct:
		choices = [][2]any{{rooms, networks}}
	}
	for _, choice := range choices {
		if d, err = store.NewestDigest(ctx, q, choice[0].([]id.RoomID), choice[1].([]string)); !errors.Is(err, store.ErrNotFound) {
			break
		}
	}
	return d, err
}

func (c *Call) newestDigest(ctx context.Context, tx *store.Tx, audience string) (*Reply, error) {
	page, err := c.newest(ctx, tx, audience)
	if err != nil {
		return nil, err
	}
	text := page.Text()
	// what changes or is taken back changes here, too
	return &Reply{Text: text}, digest.Shown(ctx, tx, page, store.PostCopy, ReplyKey(c.Event), c.Room, "")
}

// digestFiles sends the newest digest as files.
func (c *Call) digestFiles(ctx context.Context, tx *store.Tx, words []string) (*Reply, error) {
	names := true
	switch {
	case len(words) == 0:
	case len(words) == 2 && slices.Contains([]string{"ohne", "without"}, words[0]) && slices.Contains([]string{"namen", "names"}, words[1]):
		names = false
	default:
		return nil, c.wrong("digest_file_what")
	}
	page, err := c.newest(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	name := "digest-" + page.To.In(c.Network.Zone).Format(time.DateOnly)
	reply := &Reply{Private: true, Text: c.say("digest_files"), Files: []store.File{
		{Name: name + ".md", Type: "text/markdown", Data: []byte(page.Markdown(names))},
		{Name: name + ".html", Type: "text/html", Data: []byte(page.HTML(names))},
	}}
	for i := range reply.Files {
		if err := digest.Shown(ctx, tx, page, store.PostFile, FileKey(c.Event, i), "", c.Sender); err != nil {
			return nil, err
		}
	}
	return reply, nil
}

// subscribe lets a person have digests by direct message: in a room those of
// that room, in a direct chat those of their only room, else the network's own.
func (c *Call) subscribe(ctx context.Context, tx *store.Tx, words []string) (*Reply, error) {
	sub := store.Subscription{User: c.Sender, Network: c.Network.Name, Room: c.Network.Room, At: c.Now}
	if len(words) > 0 {
		audience, ok := audienceWord(words[0])
		switch {
		case !ok || len(words) > 1:
			return nil, c.wrong("digest_what", lang.Values{"Word": short(words[0])})
		case audience != store.AudienceRoom:
			sub.Room = ""
		case sub.Room == "":
			return nil, lang.Wrong("cmd_say_it_in_room", lang.Values{"Network": c.Network.Name})
		}
	}
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(c.Sender)); err != nil {
		return nil, err
	} else if gone {
		return nil, c.wrong("digest_abo_forgotten", lang.Values{"Word": c.Table.word("merkdirmich", c.Lang)})
	}
	if _, err := tx.Subscribe(ctx, sub); err != nil {
		return nil, err
	}
	key := "digest_abo_room"
	if sub.Room == "" {
		key = "digest_abo_network"
	}
	return &Reply{Private: true, Text: c.say(key, lang.Values{"Network": c.Network.Name, "Word": c.Command.Name(c.Lang)})}, nil
}

// unsubscribe ends all that a person gets of a network.
func (c *Call) unsubscribe(ctx context.Context, tx *store.Tx) (*Reply, error) {
	did, err := tx.Unsubscribe(ctx, c.Sender, c.Network.Name)
	if err != nil {
		return nil, err
	}
	key := "digest_stopped"
	if !did {
		key = "digest_stopped_none"
	}
	return &Reply{Private: true, Text: c.say(key, lang.Values{"Network": c.Network.Name})}, nil
}
