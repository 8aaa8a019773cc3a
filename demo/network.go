package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/template"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

const (
	networkName = "DigIT Netzwerk"
	password    = "buffet-demo" // of everybody: the server is reachable from this machine only
	usualPort   = 8008
)

// room is a room of the network.
type room struct {
	id        id.RoomID
	name      string
	alias     string // its local part
	encrypted bool
}

// network is everything that the demo runs: a homeserver, people, rooms, the bot.
type network struct {
	server *matrixtest.Server
	dir    string // in the server's, so that it goes with it
	bot    program
	buffet id.UserID
	zone   *time.Location

	anke, ben, chris, dilara *matrixtest.Member
	plain, secret            *room // Marktplatz and Austausch
}

func (n *network) people() []*matrixtest.Member {
	return []*matrixtest.Member{n.anke, n.ben, n.chris, n.dilara}
}

// openNetwork starts a homeserver with people and rooms. What it returns is to
// be closed, also beside an error.
func openNetwork(ctx context.Context, bin string, gone func(error)) (*network, error) {
	n := new(network)
	var err error
	if n.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		return n, fmt.Errorf("load time zone: %w", err)
	}
	if n.server, err = startServer(ctx); err != nil {
		return n, err
	}
	n.dir = filepath.Join(n.server.Dir, "buffet")
	if err := os.Mkdir(n.dir, 0o700); err != nil {
		return n, fmt.Errorf("make the bot's folder: %w", err)
	}
	n.bot = program{bin: bin, config: filepath.Join(n.dir, "config.yaml"), log: filepath.Join(n.dir, "buffet.log"), gone: gone}
	if err := n.register(ctx); err != nil {
		return n, err
	}
	return n, n.makeRooms(ctx)
}

// startServer takes the usual port, or any if that is taken.
func startServer(ctx context.Context) (*matrixtest.Server, error) {
	port := usualPort
	if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err != nil {
		port = 0
	} else if err := l.Close(); err != nil {
		return nil, err
	}
	return matrixtest.Start(ctx, matrixtest.Options{Port: port})
}

// register makes the accounts and logs the people in, all at once.
func (n *network) register(ctx context.Context) error {
	var wg sync.WaitGroup
	var errs [5]error
	wg.Go(func() { n.buffet, errs[0] = n.server.Register(ctx, "buffet", password) })
	for i, who := range []**matrixtest.Member{&n.anke, &n.ben, &n.chris, &n.dilara} {
		wg.Go(func() {
			name := []string{"anke", "ben", "chris", "dilara"}[i]
			m, err := matrixtest.NewMember(ctx, n.server, name, matrixtest.MemberOptions{Password: password})
			if err == nil {
				*who, err = m, m.Client.SetDisplayName(ctx, shownName(m.UserID))
			}
			errs[i+1] = err
		})
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}

// shownName is how a person is called in the conversation.
func shownName(user id.UserID) string {
	name := user.Localpart()
	return strings.ToUpper(name[:1]) + name[1:]
}

func (n *network) makeRooms(ctx context.Context) error {
	n.plain = &room{name: "Marktplatz", alias: "marktplatz"}
	n.secret = &room{name: "Austausch", alias: "austausch", encrypted: true}
	for _, r := range []*room{n.plain, n.secret} {
		var err error
		r.id, err = n.anke.CreateRoom(ctx, matrixtest.RoomOptions{Name: r.name, Alias: r.alias, Encrypted: r.encrypted,
			Topic: networkName, Invite: []id.UserID{n.buffet, n.ben.UserID, n.chris.UserID, n.dilara.UserID}})
		if err != nil {
			return err
		}
		for _, m := range []*matrixtest.Member{n.ben, n.chris, n.dilara} {
			if _, err := m.Join(ctx, string(r.id)); err != nil {
				return err
			}
			if err := n.anke.WaitMember(ctx, r.id, m.UserID, event.MembershipJoin); err != nil {
				return err
			}
		}
	}
	return nil
}

// The config as an operator would write it.
const configText = `homeserver: "{{.Homeserver}}"
user: "{{.User}}"
password_file: password
language: de
timezone: {{.Zone}}
networks:
  - name: "{{.Network}}"
    rooms:
{{- range .Rooms}}
      - "#{{.}}:{{$.Server}}"
{{- end}}
    organisers:
      - "{{.Organiser}}"
{{- if .Announce}}
    announce: "{{.Announce}}"
{{- end}}
`

// configure writes the bot's config; the slot is the time of day at which it
// announces, the zero time is none.
func (n *network) configure(slot time.Time) error {
	announce := ""
	if !slot.IsZero() {
		local := slot.In(n.zone)
		announce = fmt.Sprintf("%d %d * * *", local.Minute(), local.Hour())
	}
	tmpl, err := template.New("config.yaml").Parse(configText)
	if err != nil {
		return fmt.Errorf("parse config: %w", err)
	}
	var text strings.Builder
	err = tmpl.Execute(&text, map[string]any{"Homeserver": n.server.URL, "User": n.buffet, "Zone": n.zone, "Network": networkName,
		"Rooms": []string{n.plain.alias, n.secret.alias}, "Server": n.server.Name, "Organiser": n.anke.UserID, "Announce": announce})
	if err != nil {
		return fmt.Errorf("fill config: %w", err)
	}
	if err := os.WriteFile(filepath.Join(n.dir, "password"), []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write password: %w", err)
	}
	if err := os.WriteFile(n.bot.config, []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("write config: %w", err)
	}
	return nil
}

// importProgramme brings the offers to the present and imports them.
func (n *network) importProgramme(ctx context.Context, now time.Time) (string, error) {
	ics, err := shiftCalendar(programme, now.In(n.zone))
	if err != nil {
		return "", err
	}
	path := filepath.Join(n.dir, "angebote.ics")
	if err := os.WriteFile(path, []byte(ics), 0o600); err != nil {
		return "", fmt.Errorf("write calendar: %w", err)
	}
	return n.bot.call(ctx, "import", path, "--network", networkName)
}

// owe puts the next slots of one kind of all rooms to a time that has passed,
// as if the bot had been down then. Only while it is down.
func (n *network) owe(ctx context.Context, kind string, slot time.Time) error {
	st, err := store.Open(ctx, filepath.Join(n.dir, "data", "buffet.db"))
	if err != nil {
		return err
	}
	list, err := st.Schedules(ctx, "")
	list = slices.DeleteFunc(list, func(s store.Schedule) bool { return s.Kind != kind || !s.Enabled })
	if err == nil && len(list) != 2 {
		err = fmt.Errorf("there are %d schedules of that kind, not one per room", len(list))
	}
	if err == nil {
		err = st.Write(ctx, func(tx *store.Tx) error {
			for _, s := range list {
				s.Next = slot
				if err := tx.PutSchedule(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := errors.Join(err, st.Close()); err != nil {
		return fmt.Errorf("put schedules back: %w", err)
	}
	return nil
}

// close ends everything, and nothing is left of it.
func (n *network) close() error {
	err := n.bot.stop()
	for _, m := range n.people() {
		if m != nil {
			err = errors.Join(err, m.Close())
		}
	}
	if n.server != nil {
		err = errors.Join(err, n.server.Stop())
	}
	return err
}
