package digest

import (
	"context"

	"maunium.net/go/mautrix/id"

	"buffet/offers"
	"buffet/store"
)

// writing is a digest in the making.
type writing struct {
	*Composer
	q      store.Querier
	place  offers.AnnounceRoom
	scopes []string
	draft  *Draft
	sum    Summariser
	failed int // how often in a row a summary was not what was asked for

	coming      []offers.Item
	answered    []answeredQuestion
	open        []store.Contribution
	help        []store.Offer // what is looked for, or to be given
	experiences []store.Contribution
	threads     []thread
	total       map[string]int // of each section, shown or not

	said  int                 // new things
	shown map[id.EventID]bool // messages that have their line
	told  bool                // there is a line beside what is coming up
	own   []int               // lines that are somebody's own words
}

// answeredQuestion is a question with the answers that the audience sees.
type answeredQuestion struct {
	store.Contribution
	answers []store.Contribution
}

// choose reads what the digest can be made of. What the audience may not see
// is not even read.
func (w *writing) choose(ctx context.Context) (err error) {
	d := w.draft
	window := store.DigestWindow{Scopes: w.scopes, From: d.From, To: d.To, Room: d.Room, Audience: d.Audience}
	w.total = map[string]int{}
	until := d.To.In(w.place.Zone).AddDate(0, 0, comingDays)
	w.coming, w.total[Coming], err = offers.Upcoming(ctx, w.q, d.Network, d.To, until, maxComing)
	if err != nil {
		return err
	}
	questions, total, err := store.AnsweredQuestions(ctx, w.q, window, maxAnswered+spare)
	if err != nil {
		return err
	}
	w.total[Answered] = total
	for _, c := range questions {
		answers, err := store.VisibleAnswers(ctx, w.q, c.ID, w.scopes, maxAnswers)
		if err != nil {
			return err
		}
		w.answered = append(w.answered, answeredQuestion{c, answers})
	}
	if w.open, w.total[Unanswered], err = store.UnansweredQuestions(ctx, w.q, window, maxUnanswered+spare); err != nil {
		return err
	}
	help, helpNews := 0, 0
	if d.Audience != store.AudiencePublic { // nobody said it to everybody
		if w.help, help, helpNews, err = store.DigestHelp(ctx, w.q, d.Network, window, maxHelp); err != nil {
			return err
		}
		w.total[Unanswered] += help
	}
	if w.experiences, w.total[Experiences], err = store.NewExperiences(ctx, w.q, window, maxExperiences+spare); err != nil {
		return err
	}
	var news int
	if d.Questions, d.Answers, news, err = store.NewContributions(ctx, w.q, window); err != nil {
		return err
	}
	w.said = d.Questions + d.Answers + news + helpNews
	if d.Audience != store.AudienceRoom {
		return nil
	}
	if err := w.chooseThreads(ctx); err != nil {
		return err
	}
	w.said += 2 * len(w.threads)
	return nil
}

// rooms are those whose texts a summariser gets. Imported texts come from none.
func (w *writing) rooms() []id.RoomID {
	var list []id.RoomID
	seen := map[id.RoomID]bool{"": true}
	add := func(r id.RoomID) {
		if !seen[r] {
			seen[r] = true
			list = append(list, r)
		}
	}
	for _, a := range w.answered {
		add(a.Room)
		for _, c := range a.answers {
			add(c.Room)
		}
	}
	for _, c := range w.open {
		add(c.Room)
	}
	for _, c := range w.experiences {
		add(c.Room)
	}
	if len(w.threads) > 0 {
		add(w.place.Room)
	}
	return list
}
