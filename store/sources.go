package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weekward/feeds"
)

// Errors of the register of sources and chats.
var (
	ErrNoSource    = errors.New("no such source")
	ErrSourceTaken = errors.New("there is a source with that ID or address already")
	ErrChatTaken   = errors.New("there is a chat with that tag already")
)

// AddSource registers a source, or returns ErrSourceTaken.
func (s *Store) AddSource(ctx context.Context, src feeds.Source, now time.Time) error {
	selectors, err := json.Marshal(src.Selectors)
	if err != nil {
		return fmt.Errorf("add source %q: %w", src.ID, err)
	}
	_, err = s.write.ExecContext(ctx, `
		INSERT INTO sources (id, kind, url, title, section, topic, weight, lang, tag, selectors, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		src.ID, src.Kind, src.URL, src.Title, src.Section, src.Topic, src.Weight, src.Lang, src.Tag, string(selectors), utc(now))
	if err != nil && s.engine.isUnique(err) {
		return ErrSourceTaken
	}
	if err != nil {
		return fmt.Errorf("add source %q: %w", src.ID, err)
	}
	return nil
}

// RemoveSource takes a source off the register, or returns ErrNoSource. What it
// said stays; where we were is forgotten.
func (s *Store) RemoveSource(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, "DELETE FROM sources WHERE id = $1", id))
		if err == nil && n == 0 {
			return ErrNoSource
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM visits WHERE source = $1", id)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove source %q: %w", id, err)
	}
	return nil
}

// Sources returns the registered sources, by ID.
func (s *Store) Sources(ctx context.Context) ([]feeds.Source, error) {
	var sources []feeds.Source
	err := each(ctx, s.read, func(row scanner) error {
		var src feeds.Source
		err := row.Scan(&src.ID, &src.Kind, &src.URL, &src.Title, &src.Section, &src.Topic, &src.Weight, &src.Lang, &src.Tag, jsonText{&src.Selectors})
		sources = append(sources, src)
		return err
	}, "SELECT id, kind, url, title, section, topic, weight, lang, tag, selectors FROM sources ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	return sources, nil
}

// AddChat registers a chat, or returns ErrChatTaken.
func (s *Store) AddChat(ctx context.Context, c feeds.Chat, now time.Time) error {
	if c.Policy == "" {
		c.Policy = feeds.AggregateOnly
	}
	if c.Minutes == 0 {
		c.Minutes = 60
	}
	_, err := s.write.ExecContext(ctx, `
		INSERT INTO chats (tag, title, zone, weekday, start_time, minutes, style, moderators, policy, networks, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		c.Tag, c.Title, c.Zone, int(c.Weekday), c.Start, c.Minutes, c.Style, listJSON(c.Moderators), c.Policy, listJSON(c.Networks), utc(now))
	if err != nil && s.engine.isUnique(err) {
		return ErrChatTaken
	}
	if err != nil {
		return fmt.Errorf("add chat %q: %w", c.Tag, err)
	}
	return nil
}

// Chats returns the registered chats, by tag.
func (s *Store) Chats(ctx context.Context) ([]feeds.Chat, error) {
	var chats []feeds.Chat
	err := each(ctx, s.read, func(row scanner) error {
		var c feeds.Chat
		err := row.Scan(&c.Tag, &c.Title, &c.Zone, &c.Weekday, &c.Start, &c.Minutes, &c.Style, jsonText{&c.Moderators}, &c.Policy, jsonText{&c.Networks})
		chats = append(chats, c)
		return err
	}, "SELECT tag, title, zone, weekday, start_time, minutes, style, moderators, policy, networks FROM chats ORDER BY tag")
	if err != nil {
		return nil, fmt.Errorf("list chats: %w", err)
	}
	return chats, nil
}
