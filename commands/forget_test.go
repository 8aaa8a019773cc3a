package commands

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// TestForgetOffersAndSignups: everything around offers is in "meinedaten", and
// nothing of it is left after "vergissmich"; who waited moves up.
func TestForgetOffersAndSignups(t *testing.T) {
	h := newTalk(t)
	date := time.Date(2026, 11, 24, 14, 0, 0, 0, h.zone)
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		if err := member(ctx, tx, room, another, "join"); err != nil {
			return err
		}
		when, err := lang.ReadWhen(lang.German, "3.12. 14 Uhr", h.now)
		if err != nil {
			return err
		}
		draft := offers.Draft{Title: "Chorprobe bei Ursel", Host: "Ursel", Description: "Im <Keller>", When: when}
		if _, err := offers.Bring(ctx, tx, offers.By{Network: "Nord", Author: asker, Room: room}, draft, h.now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE offer SET capacity = 1 WHERE number = 1`); err != nil {
			return err
		}
		v := offers.View{Phrases: h.table.phrases, Lang: lang.German, Zone: h.zone, Now: h.now}
		if _, err := offers.SignUp(ctx, tx, v, 1, date, offers.Coming{User: asker, Event: "$s1", Room: room, Names: offers.Unnamed}); err != nil {
			return err
		}
		if _, err := offers.SignUp(ctx, tx, v, 1, date, offers.Coming{User: another, Event: "$s2", Room: room, Names: offers.Unnamed}); err != nil {
			return err
		}
		p := store.Proposal{Network: "Nord", Author: asker, Kind: store.ProposeBring, State: store.ProposalWaiting, Key: "k", Content: `{"title":"Zweite Probe"}`, At: h.now}
		if err := tx.PutProposal(ctx, &p); err != nil {
			return err
		}
		_, err = tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "ask", "h"), User: "@anna:example.org", Plain: "@ask:example.org will Zweite Probe bringen", Reactions: []string{"✅"}}, h.now)
		return errors.Join(err, tx.SetPersonSetting(ctx, asker, store.SetNamed, store.Off))
	})
	req := h.request(lang.German, "meinedaten")
	req.Sender = asker
	reply, err := h.run(req)
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Offers    []struct{ Title, Host string }
		Signups   []struct{ Title string }
		Reminders []struct{ Title string }
		Proposals []struct{ Content struct{ Title string } }
		Settings  map[string]string
	}
	if err := json.Unmarshal(reply.Files[1].Data, &data); err != nil || len(data.Offers) != 1 || data.Offers[0].Title != "Chorprobe bei Ursel" || len(data.Signups) != 1 ||
		data.Signups[0].Title != "Kollegiale Beratung" || len(data.Reminders) != 1 || len(data.Proposals) != 1 || data.Proposals[0].Content.Title != "Zweite Probe" || data.Settings["named"] != "off" {
		t.Errorf("%v: %s", err, reply.Files[1].Data)
	}
	for _, want := range []string{"Angebote, die du gebracht hast (1)", "Chorprobe bei Ursel", "Im &lt;Keller&gt;", "Wozu du kommst (1)", "Kollegiale Beratung · Dienstag", "Zweite Probe", "Deinen Namen zeigen, wo du dich anmeldest: aus"} {
		if !strings.Contains(string(reply.Files[0].Data), want) {
			t.Errorf("no %q in %s", want, reply.Files[0].Data)
		}
	}
	req.Text = "vergissmich ja"
	if got := h.say(req); strings.Contains(got, "problem") {
		t.Fatal(got)
	}
	if got := h.in(lang.German, "angebot 3"); !strings.Contains(got, "Nicht mehr im Angebot.") || strings.Contains(got, "Chor") || strings.Contains(got, "Ursel") || strings.Contains(got, "Kalender") {
		t.Error(got)
	}
	m := offers.Mender{Store: h.store, Phrases: h.table.phrases, Now: func() time.Time { return h.now },
		KnowMembers: func(context.Context, id.RoomID) error { return nil },
		Network: func(string) (offers.AnnounceRoom, bool) {
			return offers.AnnounceRoom{Network: "Nord", Lang: lang.German, Zone: h.zone}, true
		}}
	jobs, err := h.store.DueJobs(t.Context(), h.now, []string{offers.MendKind}, 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if err := m.Handler().Run(t.Context(), &schedule.Job{Job: j}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := store.Signups(t.Context(), h.store.Reader(), 1, date)
	if err != nil || len(list) != 1 || list[0].User != another || list[0].Waiting {
		t.Errorf("sign-ups: %+v, %v", list, err)
	}
	said, err := store.Collect(t.Context(), h.store.Reader(), func(scan func(...any) error) (s [2]string, err error) { return s, scan(&s[0], &s[1]) },
		`SELECT key, content FROM outbox ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	all, gone := "", false
	for _, s := range said {
		all += s[0] + " " + s[1] + "\n"
		gone = gone || strings.HasSuffix(s[0], "/ask/h") && s[1] == "" // it was not sent yet
	}
	if strings.Contains(all, asker.String()) || strings.Contains(all, "Zweite") || !gone {
		t.Errorf("what was asked was not taken back:\n%s", all)
	}
	if !strings.Contains(all, "Kollegiale Beratung") { // told that they come now
		t.Errorf("nobody was told that they move up:\n%s", all)
	}
	req.Text = "meinedaten"
	reply, err = h.run(req)
	if err != nil || strings.Contains(string(reply.Files[1].Data), "Chorprobe") || strings.Contains(string(reply.Files[1].Data), "Kollegiale") {
		t.Errorf("%v: %s", err, reply.Files[1].Data)
	}
}

// TestForgetTakesBackJoins: what organisers were asked about a member's offer
// goes with the member, whichever of the two it is.
func TestForgetTakesBackJoins(t *testing.T) {
	for _, own := range []string{"1", "3"} {
		h := newTalk(t)
		h.asksJoin("@anna:example.org")
		h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE outbox SET room_id = '!chat:anna' WHERE key GLOB 'proposal/*'`) // as the bot notes it
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `UPDATE offer SET author = $1 WHERE number = $2`, asker, own)
			return err
		})
		req := h.request(lang.German, "vergissmich ja")
		req.Sender = asker
		if got := h.say(req); strings.Contains(got, "problem") {
			t.Fatal(got)
		}
		var gone int
		if err := h.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE key GLOB 'proposal/*/ask/*/gone' AND room_id = '!chat:anna'`).Scan(&gone); err != nil || gone != 1 {
			t.Errorf("offer %s: %d taken back, %v", own, gone, err)
		}
	}
}

// TestForgottenHelpStaysClosed: nothing is left of it that could be open.
func TestForgottenHelpStaysClosed(t *testing.T) {
	h := newTalk(t)
	h.reply(lang.German, "ja", h.brings(lang.German, "brauche Wer leiht uns einen Beamer?"))
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.ForgetPerson(ctx, asker) })
	for _, text := range []string{"erledigt 3 nein", "erledigt 3", "aendere 3 findet statt", "aendere 3 titel Beamer"} {
		if got := h.say(h.organiser(lang.German, text)); !strings.Contains(got, "signup_withdrawn") && !strings.Contains(got, "native_") {
			t.Errorf("%s: %s", text, got)
		}
	}
	if o := h.offer(3); o.Status != store.OfferWithdrawn || o.Title != "–" {
		t.Errorf("%+v", o)
	}
}
