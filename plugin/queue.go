package plugin

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/boltfile"
)

// keptFor is how long an event is offered to a subscriber that does not take it.
const keptFor = 36 * time.Hour

// queueKey names a subscriber in the queue.
type queueKey [16]byte

// queued is one event that waits for one subscriber, with its exact bytes.
type queued struct {
	key     []byte
	created time.Time
	body    []byte
}

func laneKey(sub queueKey, conv convKey) []byte {
	return append(sub[:len(sub):len(sub)], conv[:]...)
}

// enqueue stores an event for a subscriber, behind what already waits in the same conversation.
func enqueue(tx *bolt.Tx, sub *subscriber, conv convKey, created time.Time, body []byte) error {
	queue := tx.Bucket(bucketQueue)
	seq, err := queue.NextSequence()
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(laneKey(sub.key, conv), seq)
	row := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(body)), uint64(created.UnixMilli()))
	return queue.Put(key, append(row, body...))
}

// dropQueue removes everything that waits for a subscriber.
func dropQueue(tx *bolt.Tx, sub queueKey) error {
	queue := tx.Bucket(bucketQueue)
	cur := queue.Cursor()
	for key, _ := cur.Seek(sub[:]); bytes.HasPrefix(key, sub[:]); key, _ = cur.Seek(sub[:]) {
		if err := queue.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// firstQueued is the oldest event of a conversation that waits for a subscriber, copied; nil if none does.
func firstQueued(db *boltfile.File, sub queueKey, conv convKey) (*queued, error) {
	var first *queued
	err := db.View(func(tx *bolt.Tx) error {
		prefix := laneKey(sub, conv)
		key, row := tx.Bucket(bucketQueue).Cursor().Seek(prefix)
		if key == nil || !bytes.HasPrefix(key, prefix) {
			return nil
		}
		if len(row) < 8 {
			return fmt.Errorf("a row of %d bytes in the queue is too short to be one", len(row))
		}
		first = &queued{
			key:     bytes.Clone(key),
			created: time.UnixMilli(int64(binary.BigEndian.Uint64(row))),
			body:    bytes.Clone(row[8:]),
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the webhook queue: %w", err)
	}
	return first, nil
}

// waiting counts what waits for each subscriber and conversation.
func waiting(db *boltfile.File) (map[queueKey]map[convKey]int, error) {
	counts := map[queueKey]map[convKey]int{}
	err := db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketQueue).ForEach(func(key, _ []byte) error {
			if len(key) != len(queueKey{})+len(convKey{})+8 {
				return fmt.Errorf("a key of %d bytes in the queue is not one of ours", len(key))
			}
			sub, conv := queueKey(key[:16]), convKey(key[16:32])
			if counts[sub] == nil {
				counts[sub] = map[convKey]int{}
			}
			counts[sub][conv]++
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the webhook queue: %w", err)
	}
	return counts, nil
}

// dropOrphans removes what waited longer than keptFor for subscribers that are no longer among ours.
func dropOrphans(db *boltfile.File, subs []*subscriber, now time.Time) error {
	ours := map[queueKey]bool{}
	for _, sub := range subs {
		ours[sub.key] = true
	}
	var old [][]byte
	if err := db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketQueue).ForEach(func(key, row []byte) error {
			expired := len(row) >= 8 && now.Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(row)))) >= keptFor
			if expired && !ours[queueKey(key[:16])] {
				old = append(old, bytes.Clone(key))
			}
			return nil
		})
	}); err != nil || len(old) == 0 {
		return err
	}
	return db.Update(func(tx *bolt.Tx) error {
		for _, key := range old {
			if err := tx.Bucket(bucketQueue).Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}
