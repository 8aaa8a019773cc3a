package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// answerTime bounds the wait for one answer.
const answerTime = 30 * time.Second

// scene is a bot and an echo bot, each a process of its own on the same server
// and the same disk, and a member in a plain and an encrypted room with each.
type scene struct {
	server *matrixtest.Server
	anke   *matrixtest.Member

	bot     *buffet
	botUser id.UserID
	botProc *child
	// rooms[encrypted]
	botRooms, echoRooms [2]id.RoomID

	echoUser id.UserID
	echoProc *child
}

// kinds name the rooms by index.
var kinds = [2]string{"plain", "encrypted"} //nolint:gochecknoglobals // a table of words

func openScene(ctx context.Context, server *matrixtest.Server, bin string) (*scene, error) {
	s := &scene{server: server}
	if err := s.open(ctx, bin); err != nil {
		return nil, errors.Join(s.explain(err), s.close())
	}
	return s, nil
}

func (s *scene) open(ctx context.Context, bin string) (err error) {
	if s.anke, err = matrixtest.NewMember(ctx, s.server, "anke", matrixtest.MemberOptions{}); err != nil {
		return err
	}
	const password = "sehr-geheim"
	if s.botUser, err = s.server.Register(ctx, "buffet", password); err != nil {
		return err
	}
	s.bot = &buffet{bin: bin, dir: filepath.Join(s.server.Dir, "bot")}
	config := fmt.Sprintf("homeserver: %s\nuser: %q\npassword_file: password\nnetworks:\n  - name: DigIT\n    organisers: [%q]\n",
		s.server.URL, s.botUser, s.anke.UserID)
	err = os.Mkdir(s.bot.dir, 0o700)
	for name, text := range map[string]string{"config.yaml": config, "password": password, "programm.ics": calendar(15)} {
		err = errors.Join(err, s.bot.write(name, text))
	}
	if err != nil {
		return err
	}
	if err := s.bot.call(ctx, "login"); err != nil {
		return err
	}
	if err := s.bot.call(ctx, "import", s.bot.path("programm.ics"), "--network", "DigIT"); err != nil {
		return err
	}
	if s.botProc, err = s.bot.start(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s.echoUser = id.NewUserID("echo", s.server.Name)
	if s.echoProc, err = spawn(filepath.Join(s.server.Dir, "echo.log"), self, "echo", "-url", s.server.URL, "-dir", s.server.Dir); err != nil {
		return err
	}
	for k := range kinds {
		if s.botRooms[k], err = s.anke.CreateRoom(ctx, matrixtest.RoomOptions{Name: "Raum", Encrypted: k == 1, Invite: []id.UserID{s.botUser}}); err != nil {
			return err
		}
		if err := s.joined(ctx, s.botProc, s.botRooms[k], s.botUser); err != nil {
			return err
		}
		if err := s.introduced(ctx, s.botRooms[k]); err != nil {
			return err
		}
		room, err := s.anke.CreateRoom(ctx, matrixtest.RoomOptions{Name: "Echo", Encrypted: k == 1})
		if err != nil {
			return err
		}
		if err := s.inviteEcho(ctx, room); err != nil {
			return err
		}
		s.echoRooms[k] = room
		if err := s.joined(ctx, s.echoProc, room, s.echoUser); err != nil {
			return err
		}
	}
	return nil
}

// inviteEcho waits, too, until the echo bot has made its account.
func (s *scene) inviteEcho(ctx context.Context, room id.RoomID) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for !exists(filepath.Join(s.server.Dir, echoReady)) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the echo bot: %w", ctx.Err())
		case <-s.echoProc.done:
			text, _ := os.ReadFile(filepath.Join(s.server.Dir, "echo.log"))
			return fmt.Errorf("the echo bot has ended: %s", text)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return s.anke.Invite(ctx, room, s.echoUser)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (s *scene) joined(ctx context.Context, who *child, room id.RoomID, user id.UserID) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ctx, release := who.alive(ctx)
	defer release()
	return s.anke.WaitMember(ctx, room, user, event.MembershipJoin)
}

// introduced waits for the bot's first words in a room.
func (s *scene) introduced(ctx context.Context, room id.RoomID) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	_, err := s.anke.WaitFrom(ctx, 0, func(evt *event.Event) bool {
		return evt.RoomID == room && evt.Sender == s.botUser && evt.Type == event.EventMessage
	})
	return err
}

// ask sends a command and returns how long the answer took, from before it was
// sent until the answer arrived at the member's client.
func (s *scene) ask(ctx context.Context, who *child, room id.RoomID, text string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	mark := s.anke.Mark()
	begin := time.Now()
	e, err := s.anke.Send(ctx, room, text)
	if err != nil {
		return 0, err
	}
	at, err := s.answered(ctx, who, mark, e)
	return at.Sub(begin), err
}

// answered is when the answer to an event arrived. The file that the bot sends
// after it is waited for, so that it does not count against what comes next.
func (s *scene) answered(ctx context.Context, who *child, mark int, to id.EventID) (time.Time, error) {
	ctx, release := who.alive(ctx)
	defer release()
	reply := func(kind event.MessageType) (*event.Event, error) {
		return s.anke.WaitFrom(ctx, mark, func(evt *event.Event) bool {
			content, ok := evt.Content.Parsed.(*event.MessageEventContent)
			return ok && evt.Sender != s.anke.UserID && content.RelatesTo.GetReplyTo() == to && content.MsgType == kind
		})
	}
	evt, err := reply(event.MsgNotice)
	if err != nil {
		return time.Time{}, err
	}
	if who == s.botProc {
		if _, err := reply(event.MsgFile); err != nil {
			return time.Time{}, fmt.Errorf("the file of an offer: %w", err)
		}
	}
	return evt.Mautrix.ReceivedAt, nil
}

func (s *scene) close() error {
	var errs []error
	if s.botProc != nil {
		errs = append(errs, s.botProc.stop())
	}
	if s.echoProc != nil {
		errs = append(errs, s.echoProc.stop())
	}
	if s.anke != nil {
		errs = append(errs, s.anke.Close())
	}
	return errors.Join(errs...)
}

// explain adds the end of the bot's log.
func (s *scene) explain(err error) error {
	if s.bot == nil {
		return err
	}
	return fmt.Errorf("%w\nthe bot's log ends so:\n%s", err, s.bot.lastWords())
}

// echoReady is the file that tells that the echo bot runs.
const echoReady = "echo-ready"

// runEcho is the echo bot's process.
func runEcho(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("eval echo", flag.ContinueOnError)
	url := flags.String("url", "", "the homeserver")
	dir := flags.String("dir", "", "its folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	bot, err := matrixtest.NewEchoBot(ctx, &matrixtest.Server{URL: *url, Dir: *dir}, "echo")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*dir, echoReady), nil, 0o600); err != nil {
		return errors.Join(err, bot.Close())
	}
	<-ctx.Done()
	return bot.Close()
}
