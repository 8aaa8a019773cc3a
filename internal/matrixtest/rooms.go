package matrixtest

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// RoomOptions describe a room to be made. The zero value is a private, plain one.
type RoomOptions struct {
	Name, Topic string
	Alias       string // its local part
	Encrypted   bool
	Direct      bool // also noted in the creator's m.direct
	Public      bool // anybody may join, and it stands in the directory
	Space       bool
	Parent      id.RoomID // a space to be put into
	Invite      []id.UserID
	Power       map[id.UserID]int // besides the creator's 100
	Version     id.RoomVersion    // "" is the server's default
}

// CreateRoom makes a room and returns once the member's client knows it.
func (m *Member) CreateRoom(ctx context.Context, opts RoomOptions) (id.RoomID, error) {
	req := &mautrix.ReqCreateRoom{
		Name: opts.Name, Topic: opts.Topic, RoomAliasName: opts.Alias, Invite: opts.Invite,
		IsDirect: opts.Direct, RoomVersion: opts.Version, Preset: "private_chat",
	}
	if opts.Public {
		req.Preset, req.Visibility = "public_chat", "public"
	}
	if opts.Direct {
		req.Preset = "trusted_private_chat"
	}
	if opts.Space {
		req.CreationContent = map[string]any{"type": event.RoomTypeSpace}
	}
	if opts.Encrypted {
		req.InitialState = append(req.InitialState, &event.Event{
			Type:    event.StateEncryption,
			Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
		})
	}
	if len(opts.Power) > 0 {
		users := map[id.UserID]int{m.UserID: 100}
		for user, level := range opts.Power {
			users[user] = level
		}
		req.PowerLevelOverride = &event.PowerLevelsEventContent{Users: users}
	}
	mark := m.log.len()
	resp, err := m.Client.CreateRoom(ctx, req)
	if err != nil {
		return "", fmt.Errorf("create room: %w", err)
	}
	if err := m.waitMember(ctx, mark, resp.RoomID, m.UserID, event.MembershipJoin); err != nil {
		return "", err
	}
	for _, user := range opts.Invite {
		if err := m.waitMember(ctx, mark, resp.RoomID, user, event.MembershipInvite); err != nil {
			return "", err
		}
	}
	if opts.Direct {
		if err := m.noteDirect(ctx, resp.RoomID, opts.Invite); err != nil {
			return "", err
		}
	}
	if opts.Parent != "" {
		if err := m.AddToSpace(ctx, opts.Parent, resp.RoomID); err != nil {
			return "", err
		}
	}
	return resp.RoomID, nil
}

// noteDirect writes the room into the account's list of direct chats.
func (m *Member) noteDirect(ctx context.Context, room id.RoomID, users []id.UserID) error {
	direct := event.DirectChatsEventContent{}
	err := m.Client.GetAccountData(ctx, event.AccountDataDirectChats.Type, &direct)
	if err != nil && !errors.Is(err, mautrix.MNotFound) {
		return fmt.Errorf("read direct chats: %w", err)
	}
	for _, user := range users {
		direct[user] = append(direct[user], room)
	}
	if err := m.Client.SetAccountData(ctx, event.AccountDataDirectChats.Type, direct); err != nil {
		return fmt.Errorf("note direct chat: %w", err)
	}
	return nil
}

// AddToSpace makes a room a child of a space.
func (m *Member) AddToSpace(ctx context.Context, space, room id.RoomID) error {
	_, err := m.SetState(ctx, space, event.StateSpaceChild, string(room), &event.SpaceChildEventContent{Via: []string{m.UserID.Homeserver()}})
	return err
}

// Join joins by room id or alias and returns once the member's client knows the room.
func (m *Member) Join(ctx context.Context, roomOrAlias string) (id.RoomID, error) {
	mark := m.log.len()
	resp, err := m.Client.JoinRoom(ctx, roomOrAlias, nil)
	if err != nil {
		return "", fmt.Errorf("join %s: %w", roomOrAlias, err)
	}
	return resp.RoomID, m.waitMember(ctx, mark, resp.RoomID, m.UserID, event.MembershipJoin)
}

// Leave leaves a room or declines its invite.
func (m *Member) Leave(ctx context.Context, room id.RoomID) error {
	mark := m.log.len()
	if _, err := m.Client.LeaveRoom(ctx, room); err != nil {
		return fmt.Errorf("leave %s: %w", room, err)
	}
	return m.waitMember(ctx, mark, room, m.UserID, event.MembershipLeave)
}

// Invite invites a user.
func (m *Member) Invite(ctx context.Context, room id.RoomID, user id.UserID) error {
	mark := m.log.len()
	if _, err := m.Client.InviteUser(ctx, room, &mautrix.ReqInviteUser{UserID: user}); err != nil {
		return fmt.Errorf("invite %s: %w", user, err)
	}
	return m.waitMember(ctx, mark, room, user, event.MembershipInvite)
}

// Kick removes a user.
func (m *Member) Kick(ctx context.Context, room id.RoomID, user id.UserID, reason string) error {
	mark := m.log.len()
	if _, err := m.Client.KickUser(ctx, room, &mautrix.ReqKickUser{UserID: user, Reason: reason}); err != nil {
		return fmt.Errorf("kick %s: %w", user, err)
	}
	return m.waitMember(ctx, mark, room, user, event.MembershipLeave)
}

// SetState sends a state event.
func (m *Member) SetState(ctx context.Context, room id.RoomID, kind event.Type, key string, content any) (id.EventID, error) {
	resp, err := m.Client.SendStateEvent(ctx, room, kind, key, content)
	if err != nil {
		return "", fmt.Errorf("set %s in %s: %w", kind.Type, room, err)
	}
	return resp.EventID, nil
}

// SetPower gives a user a power level and leaves everything else as it is.
func (m *Member) SetPower(ctx context.Context, room id.RoomID, user id.UserID, level int) error {
	var power event.PowerLevelsEventContent
	if err := m.Client.StateEvent(ctx, room, event.StatePowerLevels, "", &power); err != nil {
		return fmt.Errorf("read power levels of %s: %w", room, err)
	}
	power.SetUserLevel(user, level)
	_, err := m.SetState(ctx, room, event.StatePowerLevels, "", &power)
	return err
}

// Upgrade replaces a room by one of another version, as an organiser's client
// does: members have to be invited into it or to join it by themselves.
func (m *Member) Upgrade(ctx context.Context, room id.RoomID, version id.RoomVersion) (id.RoomID, error) {
	mark := m.log.len()
	var resp struct {
		Room id.RoomID `json:"replacement_room"`
	}
	url := m.Client.BuildClientURL("v3", "rooms", room, "upgrade")
	body := map[string]any{"new_version": version}
	if _, err := m.Client.MakeRequest(ctx, "POST", url, body, &resp); err != nil {
		return "", fmt.Errorf("upgrade %s: %w", room, err)
	}
	return resp.Room, m.waitMember(ctx, mark, resp.Room, m.UserID, event.MembershipJoin)
}
