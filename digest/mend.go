package digest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// mend has the messages that show a digest say what they are to say now.
func (p *Publisher) mend(ctx context.Context, j *schedule.Job) error {
	var a store.MendDigestArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	hide, err := p.hides(ctx, a.Digest)
	if err != nil {
		return err
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		d, err := store.DigestByID(ctx, tx, a.Digest)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		posts, err := store.DigestPosts(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		page, err := p.page(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if hide {
			page.HideThreads()
		}
		if err := p.tellAsker(ctx, tx, d); err != nil {
			return err
		}
		for _, post := range posts {
			if err := p.mendPost(ctx, tx, d, page, post); err != nil {
				return err
			}
		}
		return nil
	})
}

// hides tells whether a post is mended without what was said in threads: its
// edit is read by those, too, who may not see the post.
func (p *Publisher) hides(ctx context.Context, digest int64) (bool, error) {
	q := p.Store.Reader()
	d, err := store.DigestByID(ctx, q, digest)
	if err != nil || d.Kind != store.DigestWeekly || d.State != store.DigestPublished {
		return false, store.Ignore(err)
	}
	lines, err := store.DigestLines(ctx, q, digest)
	if err != nil {
		return false, err
	}
	unseen, err := p.unseen(ctx, d, lines)
	return len(unseen) > 0, err
}

func (p *Publisher) mendPost(ctx context.Context, tx *store.Tx, d store.Digest, page *Page, post store.DigestPost) error {
	if post.Kind != store.PostDraft && (d.Kind != store.DigestWeekly || post.Kind == store.PostFile) {
		return p.takeBack(ctx, tx, d, post)
	}
	text := page.Text()
	if post.Kind == store.PostDraft {
		text = p.draft(d, page)
	}
	hash := text.Hash()
	if hash == post.BodyHash {
		return nil
	}
	// what was not sent yet must not go out as it was; the edit is for the case
	// that it is on its way
	if err := tx.Rewrite(ctx, post.Key, text.Plain(), text.HTML()); err != nil {
		return err
	}
	post.BodyHash = hash
	post.Edits++
	m := store.Message{Key: fmt.Sprintf("%s/edit/%d", post.Key, post.Edits), Room: post.Room, User: post.User, Edits: post.Key,
		Plain: text.Plain(), HTML: text.HTML(), IfThere: post.User != ""}
	if _, err := tx.Send(ctx, m, p.Now()); err != nil {
		return err
	}
	return tx.PutDigestPost(ctx, post)
}

// takeBack redacts a message that cannot be mended: of a summary nothing is
// kept to write it anew from, and a file is what it is.
func (p *Publisher) takeBack(ctx context.Context, tx *store.Tx, d store.Digest, post store.DigestPost) error {
	if voidsHash(d) == post.BodyHash || post.Edits > 0 {
		return nil
	}
	post.Edits++
	if err := tx.PutDigestPost(ctx, post); err != nil {
		return err
	}
	// what was not sent yet goes out without its words
	gone := p.Phrases.Text(d.Lang, "digest_taken_back")
	if err := tx.Rewrite(ctx, post.Key, gone.Plain(), gone.HTML()); err != nil {
		return err
	}
	_, err := tx.Send(ctx, store.Message{Key: post.Key + "/gone", Room: post.Room, User: post.User, Redacts: post.Key}, p.Now())
	return err
}

// tellAsker says to whoever asked for a summary that it will not come.
func (p *Publisher) tellAsker(ctx context.Context, tx *store.Tx, d store.Digest) error {
	if d.Kind != store.DigestSummary || d.State != store.DigestRefused && d.State != store.DigestLapsed {
		return nil
	}
	if _, there, err := p.Place(ctx, tx, d.Room); err != nil || !there {
		return err
	}
	text := p.Phrases.Text(d.Lang, "digest_summary_"+d.State)
	_, err := tx.Send(ctx, store.Message{Key: fmt.Sprintf("digest/%d/not", d.ID), Room: d.Room, Thread: d.Thread, ReplyTo: d.Event, Notice: true,
		Plain: text.Plain(), HTML: text.HTML()}, p.Now())
	return err
}

// voidsHash stands for the body of a file, or of a summary, of which no text is
// kept: it changes when something in it becomes void.
func voidsHash(d store.Digest) string {
	if d.Voids == 0 {
		return ""
	}
	return fmt.Sprintf("voids/%d", d.Voids)
}

// draft is what an organiser's copy of a draft says, in whatever state it is.
func (p *Publisher) draft(d store.Digest, page *Page) *lang.Text {
	if d.State == store.DigestDraft {
		return page.Draft()
	}
	key := "digest_draft_" + d.State
	if d.Kind == store.DigestSummary && d.State == store.DigestLapsed {
		key = "digest_draft_expired" // nothing of it comes again by itself
	}
	text := p.Phrases.Text(d.Lang, key)
	if d.State == store.DigestPublished && d.Kind == store.DigestWeekly {
		text.Line().Line().Add(page.Text())
	}
	return text
}

// MendOffers plans the mending of what shows these offers, which changed
// because of something with that key.
func (p *Publisher) MendOffers(ctx context.Context, tx *store.Tx, key string, offers []int64) error {
	list, err := store.DigestsShowing(ctx, tx, offers, p.Now().Add(-comingDays*24*time.Hour))
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := tx.MendDigest(ctx, n, key); err != nil {
			return err
		}
	}
	return nil
}
