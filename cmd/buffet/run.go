package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/bot"
	"buffet/commands"
	"buffet/digest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// RunCmd runs the bot.
type RunCmd struct{}

// Run runs the bot until it is told to end.
func (RunCmd) Run(ctx context.Context, p *Program) error {
	debug.SetGCPercent(50) // a bot at rest should be small; it has time
	c, unlock, err := p.locked()
	if err != nil {
		return err
	}
	defer unlock()
	log := p.logger(c.Log)
	for _, w := range c.Warnings() {
		log.Warn().Msg(w)
	}
	s, err := bot.LoadSession(c.Data)
	if errors.Is(err, bot.ErrNoSession) {
		return fmt.Errorf("%w: run buffet login first", err)
	} else if err != nil {
		return err
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	d, err := newDaemon(ctx, c, s, st, log)
	if err != nil {
		return err
	}
	log.Info().Str("version", versionText()).Stringer("user_id", s.UserID).Msg("buffet starts")
	err = d.run(ctx)
	log.Info().Msg("buffet ends")
	return err
}

// daemon is everything that works together while the bot runs.
type daemon struct {
	bot     *bot.Bot
	store   *store.Store
	phrases *lang.Phrases
	meaning *knowledge.Meaning
	log     zerolog.Logger
	queue   *schedule.Queue
	planner *schedule.Planner
	poller  *offers.Poller
	digests *digest.Publisher
	model   *digest.Model // nil: none
	web     *listener     // nil: none
}

func newDaemon(ctx context.Context, c *Config, s *bot.Session, st *store.Store, log zerolog.Logger) (*daemon, error) {
	phrases, err := lang.Load()
	if err != nil {
		return nil, err
	}
	table, err := commands.New(phrases)
	if err != nil {
		return nil, err
	}
	if table.Meaning, err = c.meaning(st, log); err != nil {
		return nil, err
	}
	model, err := c.summariser(st, log)
	if err != nil {
		return nil, err
	}
	if model != nil {
		table.Model = model.Host()
	}
	networks, err := c.networks()
	if err != nil {
		return nil, err
	}
	account, err := bot.Open(ctx, s, st, log)
	if err != nil {
		return nil, err
	}
	d := &daemon{store: st, phrases: phrases, meaning: table.Meaning, log: log, model: model,
		bot: &bot.Bot{Account: account, Store: st, Networks: networks, Commands: table, Phrases: phrases, Log: log}}
	d.bot.Bind()
	table.CameLater = d.bot.CameLater
	d.meaning.Members = d.bot.KnowMembers
	d.poller = &offers.Poller{Store: st, Fetcher: offers.NewFetcher(), Phrases: phrases, Now: time.Now,
		Networks: map[string]offers.FeedNetwork{}}
	for i, n := range c.Networks {
		d.poller.Networks[n.Name] = offers.FeedNetwork{Lang: n.Language, Zone: networks[i].Zone, Organisers: n.Organisers}
		for _, f := range n.Feeds {
			d.poller.Feeds = append(d.poller.Feeds, offers.Feed{Network: n.Name, URL: f.URL, Every: f.Every})
		}
	}
	d.digests = d.publisher(log)
	d.bot.Approve = d.digests.SendDraft
	d.bot.Summariser = func(ctx context.Context, q store.Querier, _ string, room id.RoomID) (digest.Summariser, error) {
		return d.summariser(ctx, q, []id.RoomID{room})
	}
	d.queue = schedule.New(st, jobsAtOnce, d.handlers(), log)
	d.queue.Failed = d.failed
	d.planner = &schedule.Planner{Store: st, Plan: d.plan, Missed: d.missed, Log: log}
	table.Calendars = c.Web.address()
	return d, d.listen(ctx, c)
}

func (c *Config) networks() (list []bot.Network, err error) {
	for _, n := range c.Networks {
		zone, err := time.LoadLocation(n.Timezone)
		if err != nil {
			return nil, fmt.Errorf("load zone of %s: %w", n.Name, err)
		}
		list = append(list, bot.Network{Name: n.Name, Lang: n.Language, Zone: zone, Prefix: n.Prefix, Rooms: n.Rooms,
			Spaces: n.Spaces, Organisers: n.Organisers, Announce: n.Announce,
			Digest: n.Digest, DigestRoom: n.DigestRoom, Retention: n.Retention})
	}
	return list, nil
}

func (d *daemon) run(ctx context.Context) error {
	now := time.Now()
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := offers.EnsureFeeds(ctx, tx, d.poller.Feeds, now); err != nil {
			return err
		}
		if err := tx.SettleMeaning(ctx); err != nil {
			return err
		}
		if err := offers.EnsureAttend(ctx, tx, now); err != nil {
			return err
		}
		_, err := schedule.Add(ctx, tx, kindTidy, kindTidy, nil, now.Add(time.Minute))
		return err
	})
	if err != nil {
		return err
	}
	if err := d.bot.PlanMenus(ctx, now); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { d.queue.Run(ctx) })
	wg.Go(func() { d.planner.Run(ctx) })
	var webErr error
	wg.Go(func() {
		webErr = d.serve(ctx)
		if webErr != nil {
			cancel()
		}
	})
	err = d.bot.Run(ctx)
	cancel()
	wg.Wait()
	return errors.Join(webErr, err)
}

// The kinds of jobs that are wired here.
const (
	kindAnnounce = "announce"
	kindTidy     = "tidy"
)

// jobsAtOnce lets announcements go out while digests and summaries wait for a
// model: these have a share of the six (schedule.Handler).
const jobsAtOnce = 6

func (d *daemon) handlers() map[string]schedule.Handler {
	nudger := &knowledge.Nudger{Store: d.store, Phrases: d.phrases, Now: time.Now, Place: d.bot.PlaceOf}
	all := map[string]schedule.Handler{
		knowledge.NudgeKind: nudger.Handler(),
		kindAnnounce:        {Run: d.announce},
		kindTidy:            {Run: d.tidy, Max: 1 << 30}, // it must never end
		offers.FeedKind:     d.poller.Handler(),
		offers.MendKind: (&offers.Mender{Store: d.store, Phrases: d.phrases, Now: time.Now, Room: d.announceRoom,
			Network: d.directly, KnowMembers: d.bot.KnowMembers, Also: d.digests.MendOffers}).Handler(),
		offers.AttendKind: (&offers.Attendant{Store: d.store, Phrases: d.phrases, Now: time.Now, Room: d.announceRoom,
			Network: d.directly}).Handler(),
	}
	maps.Copy(all, d.digests.Handlers())
	maps.Copy(all, d.bot.RecheckHandler())
	maps.Copy(all, d.bot.SummaryHandler())
	maps.Copy(all, d.bot.ProposalHandler())
	maps.Copy(all, d.bot.MenuHandler())
	maps.Copy(all, d.meaning.Handlers())
	return all
}

func (d *daemon) plan(ctx context.Context, tx *store.Tx, s store.Schedule, slot time.Time) error {
	kind := kindAnnounce
	if s.Kind == schedule.Digest {
		kind = digest.SlotKind
	}
	_, err := schedule.Add(ctx, tx, kind+"/"+schedule.SlotKey(s, slot), kind, schedule.SlotArgs{Schedule: s.ID, Slot: slot}, time.Now())
	return err
}

// errNotJoined lets a post wait until the bot is in the room, or its organisers
// are told that it failed.
var errNotJoined = errors.New("not in the room yet")

func (d *daemon) announce(ctx context.Context, j *schedule.Job) error {
	var a schedule.SlotArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		s, err := tx.Schedule(ctx, a.Schedule)
		if errors.Is(err, store.ErrNotFound) {
			return nil // removed since it was planned
		} else if err != nil {
			return err
		}
		if r, err := store.RoomIn(ctx, tx, s.Room); err == nil && r.Joined.IsZero() {
			return errNotJoined
		}
		room, ok, err := d.announceRoom(ctx, tx, s.Room)
		if err != nil || !ok {
			return err
		}
		_, err = offers.Announce(ctx, tx, d.phrases, room, s.Filter, a.Slot, time.Now(), j.Key)
		return err
	})
}

// announceRoom is how a room wants its announcements; not ok if the bot is
// not in it or its network is not configured any more.
func (d *daemon) announceRoom(ctx context.Context, q store.Querier, room id.RoomID) (offers.AnnounceRoom, bool, error) {
	r, err := store.RoomIn(ctx, q, room)
	if errors.Is(err, store.ErrNotFound) {
		return offers.AnnounceRoom{}, false, nil
	} else if err != nil {
		return offers.AnnounceRoom{}, false, err
	}
	n := d.bot.Network(r.Network)
	if n == nil || r.Joined.IsZero() {
		return offers.AnnounceRoom{}, false, nil
	}
	return offers.AnnounceRoom{Room: room, Network: n.Name, Lang: n.Lang, Zone: n.Zone, Prefix: commands.ShownPrefix(n.Prefix)}, true, nil
}

// directly is how the people of a network read in their direct chats; not ok
// if it is not configured any more.
func (d *daemon) directly(network string) (offers.AnnounceRoom, bool) {
	n := d.bot.Network(network)
	if n == nil {
		return offers.AnnounceRoom{}, false
	}
	return offers.AnnounceRoom{Network: n.Name, Lang: n.Lang, Zone: n.Zone}, true
}

// missed tells the organisers of a slot that came to nothing, or of a
// schedule that had to be stopped.
func (d *daemon) missed(ctx context.Context, tx *store.Tx, s store.Schedule, slots []time.Time) error {
	r, err := store.RoomIn(ctx, tx, s.Room)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	n := d.bot.Network(r.Network)
	if n == nil {
		return nil
	}
	now := time.Now()
	values := lang.Values{"Room": s.Room.String(), "P": commands.ShownPrefix(n.Prefix), "Spec": s.Spec}
	if len(slots) == 0 {
		return bot.TellOrganisers(ctx, tx, n, fmt.Sprintf("stopped/%d", s.ID), d.phrases.Text(n.Lang, "bot_schedule_broken", values), now)
	}
	last := slots[len(slots)-1]
	values["When"] = lang.Moment(n.Lang, last.In(n.Zone))
	return bot.TellOrganisers(ctx, tx, n, "missed/"+schedule.SlotKey(s, last), d.phrases.Text(n.Lang, "bot_missed", values), now)
}

// failed tells the organisers that a job was given up; which one stands in the
// log, for its key may name another network.
func (d *daemon) failed(ctx context.Context, tx *store.Tx, job store.Job, cause error) error {
	if job.Kind == commands.SummaryKind { // only the one who asked is to know
		return d.bot.SummaryFailed(ctx, tx, job, cause)
	}
	if job.Kind == bot.MenuKind { // nobody misses anything: the words work as before
		d.log.Warn().Err(cause).Str("job", job.Key).Msg("commands are not published")
		return nil
	}
	if err := d.digests.GaveUp(ctx, tx, job); err != nil {
		return err
	}
	now := time.Now()
	number := fmt.Sprintf("%04x", uint16(now.UnixMilli())) //nolint:gosec // just a number to find it by
	d.log.Error().Err(cause).Str("job", job.Key).Str("fault", number).Msg("job given up")
	for i := range d.bot.Networks {
		n := &d.bot.Networks[i]
		text := d.phrases.Text(n.Lang, "bot_job_failed", lang.Values{"Number": number})
		if err := bot.TellOrganisers(ctx, tx, n, "failed/"+job.Key, text, now); err != nil {
			return err
		}
	}
	return nil
}

// How long it is remembered what was done, and what waits for a yes.
const (
	keepDone      = 90 * 24 * time.Hour
	keepProposals = 30 * 24 * time.Hour
)

// tidy lays out further dates of series and forgets what was done long ago, once a day.
func (d *daemon) tidy(ctx context.Context, j *schedule.Job) error {
	now := time.Now()
	if err := d.bot.PlanMenus(ctx, now); err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx *store.Tx) error {
		if err := offers.Extend(ctx, tx, now); err != nil {
			return err
		}
		if err := tx.Sweep(ctx, now.Add(-keepDone)); err != nil {
			return err
		}
		if err := d.bot.Commands.Lapse(ctx, tx, now.Add(-keepProposals), now); err != nil {
			return err
		}
		if err := tx.ForgetProposals(ctx, now.Add(-keepProposals)); err != nil {
			return err
		}
		if err := d.forgetDigests(ctx, tx, now); err != nil {
			return err
		}
		more, err := d.retain(ctx, tx, now)
		if err != nil {
			return err
		}
		if more {
			return j.Again(ctx, tx, now)
		}
		return j.Again(ctx, tx, now.Add(24*time.Hour))
	})
}

// retainAtOnce is how many contributions one transaction deletes.
const retainAtOnce = 200

// retain deletes what rooms do not keep any longer. It tells whether there is
// more.
func (d *daemon) retain(ctx context.Context, tx *store.Tx, now time.Time) (more bool, err error) {
	rooms, err := store.ContributionRooms(ctx, tx)
	if err != nil {
		return false, err
	}
	keeper := &knowledge.Keeper{Phrases: d.phrases}
	for _, room := range rooms {
		before, err := d.keptSince(ctx, tx, room, now)
		if err != nil {
			return false, err
		}
		if more, err = keeper.Retain(ctx, tx, room, before, retainAtOnce, time.Now()); err != nil || more {
			return more, err
		}
	}
	return false, nil
}

// keptSince is the time before which a room keeps nothing; zero, so that nothing
// goes, if nobody says how long: neither the room nor its network in the config.
func (d *daemon) keptSince(ctx context.Context, q store.Querier, room id.RoomID, now time.Time) (time.Time, error) {
	set, err := store.Settings(ctx, q, room)
	if err != nil {
		return time.Time{}, err
	}
	network, err := store.NetworkOf(ctx, q, room)
	if err != nil {
		return time.Time{}, err
	}
	standard := 0
	if n := d.bot.Network(network); n != nil {
		standard = n.Retention
	} else if set[store.SetRetention] == "" {
		return time.Time{}, nil
	}
	return now.AddDate(0, -commands.Months(set, standard), 0), nil
}
