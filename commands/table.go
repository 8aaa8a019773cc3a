// Package commands holds what a person can type: the table of words, what of
// a message is meant for us, its parser, its help, and what each word does.
package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// Handler does what a command says: call in, reply (nil: silence) or error
// out, everything kept through tx.
type Handler func(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error)

// Command is one row of the table. Parsing, help, what clients show in their
// menus, and the README come from it.
type Command struct {
	Names   map[string]string // language -> the word; ASCII, lower case
	Aliases []string          // further words, of no language
	Args    map[string]string // language -> what may follow the word, for the reference
	Example map[string]string // language -> what follows it in the five-line help
	Params  []Param           // the same for clients' menus; none: one text, if there are Args

	Short string // phrase: what it does, in a few words
	Long  string // phrase: the help on this word

	Main       bool // has a line of its own in the help
	Organisers bool // only organisers may use it
	Private    bool // the answer goes to the direct chat
	Network    bool // it is about one network, which must be known
	Room       bool // it is about one room of that network
	Run        Handler
	// Prepare, if there is one, runs before the transaction, and may use the
	// network. It keeps what it has for Run in the Request.
	Prepare func(ctx context.Context, q store.Querier, c *Call) error
}

// Name is the command's word in a language.
func (c *Command) Name(language string) string {
	if w, ok := c.Names[language]; ok {
		return w
	}
	return c.Names[lang.German]
}

// words are all words for the command, each once.
func (c *Command) words() []string {
	list := append([]string{c.Names[lang.German], c.Names[lang.English]}, c.Aliases...)
	slices.Sort(list)
	return slices.Compact(list)
}

// literal is the table. It is a function so that nobody can change it.
func literal() []Command {
	return []Command{
		{
			Names: map[string]string{lang.German: "angebote", lang.English: "offers"},
			Args: map[string]string{
				lang.German:  "[heute, morgen, woche, monat, 14 tage] [art] [thema …]",
				lang.English: "[today, tomorrow, week, month, 14 days] [kind] [topic …]",
			},
			Params: offersParams(),
			Short:  "cmd_offers_short", Long: "help_offers", Main: true, Network: true, Run: runOffers,
		},
		{
			Names:   map[string]string{lang.German: "angebot", lang.English: "offer"},
			Args:    map[string]string{lang.German: "3", lang.English: "3"},
			Example: map[string]string{lang.German: "3", lang.English: "3"},
			Params:  offerParams(),
			Short:   "cmd_offer_short", Long: "help_offer", Network: true, Run: runOffer,
		},
		{
			Names: map[string]string{lang.German: "bring", lang.English: "bring"}, Aliases: []string{"mitbringen"},
			Args: map[string]string{
				lang.German:  "titel, wann, [ort oder link], [art], [thema: pflege], [12 plätze], [von …]",
				lang.English: "title, when, [place or link], [kind], [topic: care], [12 places], [by …]",
			},
			Params: bringParams(),
			Short:  "cmd_bring_short", Long: "help_bring", Main: true, Run: runBring,
		},
		{
			Names: map[string]string{lang.German: "aendere", lang.English: "edit"}, Aliases: []string{"aendern", "change"},
			Args: map[string]string{
				lang.German:  "3 [17.12., ab 17.12., alle] wann 18.12. 15 uhr, ort …",
				lang.English: "3 [17.12., from 17.12., all] when 18.12. 3pm, place …",
			},
			Example: map[string]string{lang.German: "3 wann morgen 15 uhr", lang.English: "3 when tomorrow 3pm"},
			Params:  editParams(),
			Short:   "cmd_edit_short", Long: "help_edit", Network: true, Run: runEdit,
		},
		{
			Names: map[string]string{lang.German: "absage", lang.English: "cancel"}, Aliases: []string{"absagen"},
			Args: map[string]string{
				lang.German:  "3 [17.12., ab 17.12., alle] [grund]",
				lang.English: "3 [17.12., from 17.12., all] [reason]",
			},
			Example: map[string]string{lang.German: "3", lang.English: "3"},
			Params:  cancelParams(),
			Short:   "cmd_cancel_short", Long: "help_cancel", Network: true, Run: runCancel,
		},
		{
			Names:  map[string]string{lang.German: "brauche", lang.English: "need"},
			Args:   map[string]string{lang.German: "was du suchst", lang.English: "what you look for"},
			Params: needParams(),
			Short:  "cmd_need_short", Long: "help_need", Run: runNeed,
		},
		{
			Names:  map[string]string{lang.German: "biete", lang.English: "give"},
			Args:   map[string]string{lang.German: "wobei du hilfst", lang.English: "what you help with"},
			Params: giveParams(),
			Short:  "cmd_give_short", Long: "help_give", Run: runGive,
		},
		{
			Names:   map[string]string{lang.German: "dabei", lang.English: "going"},
			Args:    map[string]string{lang.German: "3 [17.12., alle] [mit namen]", lang.English: "3 [17.12., all] [with name]"},
			Example: map[string]string{lang.German: "3", lang.English: "3"},
			Params:  goingParams(),
			Short:   "cmd_going_short", Long: "help_going", Run: runGoing,
		},
		{
			Names:   map[string]string{lang.German: "dochnicht", lang.English: "notgoing"},
			Args:    map[string]string{lang.German: "3 [17.12., alle]", lang.English: "3 [17.12., all]"},
			Example: map[string]string{lang.German: "3", lang.English: "3"},
			Params:  dateParams(),
			Short:   "cmd_notgoing_short", Long: "help_notgoing", Network: true, Run: runNotGoing,
		},
		{
			Names:   map[string]string{lang.German: "teilnehmer", lang.English: "attendees"},
			Args:    map[string]string{lang.German: "3 [17.12.]", lang.English: "3 [17.12.]"},
			Example: map[string]string{lang.German: "3", lang.English: "3"},
			Params:  dateParams(),
			Short:   "cmd_attendees_short", Long: "help_attendees", Network: true, Run: runAttendees,
		},
		{
			Names: map[string]string{lang.German: "buffet", lang.English: "buffet"},
			Short: "cmd_buffet_short", Long: "help_buffet", Network: true, Run: runBuffet,
		},
		{
			Names: map[string]string{lang.German: "neu", lang.English: "new"},
			Short: "cmd_new_short", Long: "help_new", Private: true, Network: true, Run: runNew, Prepare: prepareNewest,
		},
		{
			Names: map[string]string{lang.German: "kalender", lang.English: "calendar"},
			Args: map[string]string{
				lang.German:  "[alarm 1h, alarm aus, neu, netzwerk, neu netzwerk]",
				lang.English: "[alarm 1h, alarm off, new, network, new network]",
			},
			Params: calendarParams(),
			Short:  "cmd_calendar_short", Long: "help_calendar", Private: true, Network: true, Run: runCalendar,
		},
		{
			Names:   map[string]string{lang.German: "suche", lang.English: "search"},
			Args:    map[string]string{lang.German: "[frage:, erfahrung:, angebot:] worte", lang.English: "[question:, experience:, offer:] words"},
			Example: map[string]string{lang.German: "fahrdienst", lang.English: "transport"},
			Params:  searchParams(),
			Short:   "cmd_search_short", Long: "help_search", Main: true, Run: runSearch, Prepare: prepareSearch,
		},
		{
			Names:   map[string]string{lang.German: "frage", lang.English: "ask"},
			Args:    map[string]string{lang.German: "worum es geht", lang.English: "what it is about"},
			Example: map[string]string{lang.German: "…", lang.English: "…"},
			Params:  askParams(),
			Short:   "cmd_ask_short", Long: "help_ask", Main: true, Network: true, Run: runAsk,
		},
		{
			Names:  map[string]string{lang.German: "erfahrung", lang.English: "share"},
			Args:   map[string]string{lang.German: "[was ihr gemacht habt]", lang.English: "[what you did]"},
			Params: shareParams(),
			Short:  "cmd_share_short", Long: "help_share", Network: true, Run: runShare,
		},
		{
			Names: map[string]string{lang.German: "offen", lang.English: "open"},
			Short: "cmd_open_short", Long: "help_open", Run: runOpen,
		},
		{
			Names:  map[string]string{lang.German: "erledigt", lang.English: "solved"},
			Args:   map[string]string{lang.German: "[F12, 7] [nein]", lang.English: "[Q12, 7] [no]"},
			Params: solvedParams(),
			Short:  "cmd_solved_short", Long: "help_solved", Network: true, Run: runSolved,
		},
		{
			Names:  map[string]string{lang.German: "wer", lang.English: "who"},
			Args:   map[string]string{lang.German: "thema, ich: thema, ich nicht: thema", lang.English: "topic, me: topic, not me: topic"},
			Params: whoParams(),
			Short:  "cmd_who_short", Long: "help_who", Network: true, Run: runWho,
		},
		{
			Names:   map[string]string{lang.German: "kurz", lang.English: "summary"},
			Aliases: []string{"kurzfassung", "zusammenfassen", "zusammenfassung", "tldr"},
			Args: map[string]string{
				lang.German:  "[24h, 3 tage, woche, seit montag, einfach]",
				lang.English: "[24h, 3 days, week, since monday, simple]",
			},
			Example: map[string]string{lang.German: "24h", lang.English: "24h"},
			Params:  summaryParams(),
			Short:   "cmd_summary_short", Long: "help_summary", Network: true, Run: runSummary,
		},
		{
			Names:   map[string]string{lang.German: "erinnere", lang.English: "remind"},
			Aliases: []string{"erinnern", "erinnerung", "reminder"},
			Args: map[string]string{
				lang.German:  "3 [1h vorher, 1 tag, morgens, aus] [17.12.], aus, an",
				lang.English: "3 [1h before, 1 day, morning, off] [17.12.], off, on",
			},
			Example: map[string]string{lang.German: "3 1h", lang.English: "3 1h"},
			Params:  remindParams(),
			Short:   "cmd_remind_short", Long: "help_remind", Private: true, Run: runRemind,
		},
		{
			Names: map[string]string{lang.German: "meinedaten", lang.English: "mydata"},
			Short: "cmd_mydata_short", Long: "help_mydata", Private: true, Run: runMyData,
		},
		{
			Names:  map[string]string{lang.German: "vergissmich", lang.English: "forgetme"},
			Args:   map[string]string{lang.German: "[ja]", lang.English: "[yes]"},
			Params: forgetMeParams(),
			Short:  "cmd_forgetme_short", Long: "help_forgetme", Run: runForgetMe,
		},
		{
			Names: map[string]string{lang.German: "merkdirmich", lang.English: "rememberme"},
			Short: "cmd_rememberme_short", Long: "help_rememberme", Run: runRememberMe,
		},
		{
			Names: map[string]string{lang.German: "einstellungen", lang.English: "settings"},
			Args: map[string]string{
				lang.German:  "[erkennen an, hinweise aus, aufbewahrung 12, freigabe aus, modell an, einfach an, umfrage an, beginn aus, nachfrage aus, angebote freigabe, feiertage NRW, netz freigabe aus]",
				lang.English: "[detect on, hints off, retention 12, approval off, model on, simple on, poll on, start off, afterwards off, offers approval, holidays NRW, network approval off]",
			},
			Short: "cmd_settings_short", Long: "help_settings", Network: true, Run: runSettings,
		},
		{
			Names: map[string]string{lang.German: "digest", lang.English: "digest"},
			Args: map[string]string{
				lang.German:  "[netzwerk, abo, abo netzwerk, stopp, datei, datei ohne namen]",
				lang.English: "[network, subscribe, subscribe network, stop, file, file without names]",
			},
			Params: digestParams(),
			Short:  "cmd_digest_short", Long: "help_digest", Network: true, Run: runDigest, Prepare: prepareNewest,
		},
		{
			Names: map[string]string{lang.German: "freigabe", lang.English: "approve"},
			Args:  map[string]string{lang.German: "[ohne 3 5, nie]", lang.English: "[without 3 5, never]"},
			Short: "cmd_approve_short", Long: "help_approve", Organisers: true, Network: true, Run: runApprove,
		},
		{
			Names: map[string]string{lang.German: "plan", lang.English: "plan"},
			Args: map[string]string{
				lang.German:  "[ankuendigung mo 9:00 …, digest fr 16:00, aus 2]",
				lang.English: "[announcement mon 9:00 …, digest fri 16:00, off 2]",
			},
			Short: "cmd_plan_short", Long: "help_plan", Organisers: true, Network: true, Room: true, Run: runPlan,
		},
		{
			Names: map[string]string{lang.German: "vorschau", lang.English: "preview"},
			Args:  map[string]string{lang.German: "[ankuendigung, digest]", lang.English: "[announcement, digest]"},
			Short: "cmd_preview_short", Long: "help_preview",
			Organisers: true, Private: true, Network: true, Room: true, Run: runPreview,
		},
		{
			Names:   map[string]string{lang.German: "hilfe", lang.English: "help"},
			Args:    map[string]string{lang.German: "[wort, alle]", lang.English: "[word, all]"},
			Example: map[string]string{lang.German: "angebote", lang.English: "offers"},
			Params:  helpParams(),
			Short:   "cmd_help_short", Long: "help_help", Run: runHelp,
		},
	}
}

// Table is the table made ready. It is safe for concurrent use.
type Table struct {
	Meaning *knowledge.Meaning // nil: search goes by words only
	Model   string             // host of the language model that rooms may turn on; "": there is none
	// Calendars is the address below which calendars are served, without a slash at the end; "": they are not.
	Calendars string
	// ChatView is how the people of a network read in their direct chats; not ok if it is not configured.
	ChatView func(network string) (offers.View, bool)
	// CameLater tells whether somebody in a room came after a time and may not
	// see what was said there before; nil: nobody knows.
	CameLater func(ctx context.Context, room id.RoomID, before time.Time) (bool, error)

	phrases *lang.Phrases
	keeper  *knowledge.Keeper
	list    []Command
	words   map[string]*Command
}

// New checks the table and makes it ready.
func New(phrases *lang.Phrases) (*Table, error) { return build(phrases, literal()) }

func build(phrases *lang.Phrases, list []Command) (*Table, error) {
	t := &Table{phrases: phrases, keeper: &knowledge.Keeper{Phrases: phrases}, list: list, words: make(map[string]*Command)}
	var faults []error
	for i := range t.list {
		c := &t.list[i]
		if c.Run == nil || c.Short == "" || c.Long == "" {
			faults = append(faults, fmt.Errorf("command %q: needs a handler and help", c.Names[lang.German]))
		}
		if err := c.checkParams(); err != nil {
			faults = append(faults, err)
		}
		for _, w := range c.words() {
			if err := checkWord(w); err != nil {
				faults = append(faults, err)
			}
			if _, twice := t.words[w]; twice {
				faults = append(faults, fmt.Errorf("command %q: stands in the table twice", w))
			}
			t.words[w] = c
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return t, nil
}

// checkWord refuses what people could not type on any keyboard, or what the
// parser, which folds case, would never find.
func checkWord(w string) error {
	if w == "" {
		return errors.New("command without a word in some language")
	}
	if strings.ContainsFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return fmt.Errorf("command %q: only the letters a to z", w)
	}
	return nil
}

// IsWord tells whether we have a command of that name.
func IsWord(word string) bool {
	word = fold(word)
	return slices.ContainsFunc(literal(), func(c Command) bool { return slices.Contains(c.words(), word) })
}

// language is the one language that has this word, or "" if several do.
func (c *Command) language(word string) string {
	found := ""
	for language, w := range c.Names {
		if w == word && found != "" {
			return ""
		}
		if w == word {
			found = language
		}
	}
	return found
}
