package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	bolt "go.etcd.io/bbolt"

	"frontdesk/internal/boltfile"
	"frontdesk/store"
)

// ViewsFile is the name of the views' file in a data folder.
const ViewsFile = "views.db"

// viewsLayout is the number of the layout of views.db. Views are derived: a file of any other layout is not read but
// built again from the log.
const viewsLayout = 3

// ErrLayout says that views.db was written in another layout. Nothing is lost: put the file aside and replay the log
// into a new one.
var ErrLayout = errors.New("the views have another layout and must be built again from the log")

var (
	headerBucket = []byte("headers") // conversation → header
	rowBucket    = []byte("rows")    // conversation, kind → messages, keys, ids, touches
	actBucket    = []byte("act")     // last activity, conversation → what common filters ask (see packed)
	setBucket    = []byte("sets")    // memberships; keys only
	facetBucket  = []byte("facets")  // kind, value → text and counters

	alertBucket  = []byte("alerts")  // inbox → what the platform last said of it
	kindBucket   = []byte("kinds")   // inbox and name → how often such an event came, which nobody knows
	redactBucket = []byte("redact")  // record and message → words still to be taken out of the log
	uploadBucket = []byte("uploads") // inbox and hash of a file → the id under which the platform has it

	viewBuckets = [][]byte{
		headerBucket, rowBucket, actBucket, setBucket, facetBucket, alertBucket, kindBucket, redactBucket,
		uploadBucket,
	}

	appliedKey = []byte("applied")
	unknownKey = []byte("unknown") // events of kinds nobody knows
	kindsKey   = []byte("kinds")   // rows of kindBucket
)

// Views is store.Views in one file, views.db.
//
// Every change of a row, of the indexes and counters that follow from it, and of the place in the log up to which the
// file stands is one transaction with one sync: after a crash the file stands at some place in the log, whole, and the
// projector goes on from there.
type Views struct {
	path    string
	options Options

	mu sync.RWMutex // guards db, which Reset replaces when the file is damaged
	db *boltfile.File

	memory memory
	choose func(p plan, f *filter, columns bool) plan // tests: another way than the planned
}

var _ store.Views = (*Views)(nil)

// OpenViews opens or creates the views at path. It fails with store.ErrLocked while another process has the file, and
// with ErrLayout for one of another layout.
func OpenViews(path string, o Options) (*Views, error) {
	db, err := openFile(path, o)
	if err != nil {
		return nil, err
	}
	v := &Views{path: path, options: o, db: db}
	v.memory.init()
	if err := v.prepare(); err != nil {
		_ = db.Close() // the first error is what matters
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return v, nil
}

// prepare fills a new file, and refuses one of another layout.
func (v *Views) prepare() error {
	fresh := false
	err := v.view(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		if meta == nil {
			first, _ := tx.Cursor().First()
			if fresh = first == nil; !fresh {
				return ErrLayout
			}
			return nil
		}
		layout := meta.Get(formatKey)
		if len(layout) != 4 || binary.BigEndian.Uint32(layout) != viewsLayout {
			return ErrLayout
		}
		for _, name := range viewBuckets {
			if tx.Bucket(name) == nil {
				return ErrLayout
			}
		}
		return nil
	})
	if err != nil || !fresh {
		return err
	}
	return v.update(createViews)
}

// view runs one reading transaction.
func (v *Views) view(fn func(*bolt.Tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.db.View(fn)
}

// update runs one writing transaction.
func (v *Views) update(fn func(*bolt.Tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.db.Update(fn)
}

func createViews(tx *bolt.Tx) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	for _, name := range viewBuckets {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return meta.Put(formatKey, binary.BigEndian.AppendUint32(nil, viewsLayout))
}

// Close waits for what is being read and closes the file. Closing twice does nothing; anything else fails afterwards
// with store.ErrClosed.
func (v *Views) Close() error {
	v.memory.close()
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.db.Close()
}

// Applied is the place in the log up to which the views stand. It fails with store.ErrTorn once a damaged page was met.
func (v *Views) Applied(ctx context.Context) (seq store.Seq, err error) {
	err = v.read(ctx, "read the views' place", func(r *reader) error {
		seq = r.applied
		return nil
	})
	v.mu.RLock()
	defer v.mu.RUnlock()
	if err == nil && v.db.Damaged() {
		err = fmt.Errorf("read the views' place: %w", v.explained(boltfile.ErrDamaged))
	}
	return seq, err
}

// Apply runs change in one transaction which also sets Applied to upTo. When change fails, nothing is changed.
func (v *Views) Apply(ctx context.Context, upTo store.Seq, change func(store.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("apply up to record %d: %w", upTo, err)
	}
	var (
		id    int
		moved []actMove
	)
	err := v.update(func(tx *bolt.Tx) error {
		r := newRows(tx)
		defer r.end()
		if err := change(r); err != nil {
			return err
		}
		if err := r.flush(); err != nil {
			return err
		}
		id, moved = tx.ID(), r.moved
		return putNumber(tx, appliedKey, uint64(upTo))
	})
	if err != nil {
		return fmt.Errorf("apply up to record %d: %w", upTo, v.explained(err))
	}
	v.memory.follow(id, moved)
	return nil
}

// Reset empties the views. A file that is damaged is replaced by a new one.
func (v *Views) Reset(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		err = v.update(func(tx *bolt.Tx) error {
			for _, name := range append([][]byte{metaBucket}, viewBuckets...) {
				if err := tx.DeleteBucket(name); err != nil {
					return err
				}
			}
			return createViews(tx)
		})
	}
	if errors.Is(err, boltfile.ErrDamaged) {
		err = v.replace()
	}
	v.memory.drop()
	if err != nil {
		return fmt.Errorf("empty the views: %w", closedError(err))
	}
	return nil
}

// replace puts a new file in the place of one that is damaged.
func (v *Views) replace() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := errors.Join(v.db.Close(), putAside(v.path)); err != nil {
		return err
	}
	db, err := openFile(v.path, v.options)
	if err != nil {
		return err
	}
	v.db = db
	v.memory.drop() // transactions of the new file are counted anew
	return v.db.Update(createViews)
}

// explained is an error of a transaction in words that say what to do.
func (v *Views) explained(err error) error {
	if errors.Is(err, boltfile.ErrDamaged) {
		return fmt.Errorf("%s is damaged and can be made again, with: frontdesk replay: %w: %w", v.path, store.ErrTorn, err)
	}
	return closedError(err)
}

// reader is one reading transaction. Nothing it returns holds bytes of the file.
type reader struct {
	ctx     context.Context // of the one call that the transaction lives in
	tx      *bolt.Tx
	applied store.Seq
	headers *bolt.Bucket
	rows    *bolt.Bucket
	act     *bolt.Bucket
	sets    *bolt.Bucket
	facets  *bolt.Bucket
	steps   int
}

func newReader(ctx context.Context, tx *bolt.Tx) (*reader, error) {
	applied, err := getNumber(tx, appliedKey)
	if err != nil {
		return nil, err
	}
	return &reader{
		ctx: ctx, tx: tx, applied: store.Seq(applied),
		headers: tx.Bucket(headerBucket), rows: tx.Bucket(rowBucket), act: tx.Bucket(actBucket),
		sets: tx.Bucket(setBucket), facets: tx.Bucket(facetBucket),
	}, nil
}

// read runs one reading transaction.
func (v *Views) read(ctx context.Context, doing string, fn func(*reader) error) error {
	err := ctx.Err()
	if err == nil {
		err = v.view(func(tx *bolt.Tx) error {
			r, err := newReader(ctx, tx)
			if err != nil {
				return err
			}
			return fn(r)
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, v.explained(err))
	}
	return nil
}

// step is called for each row of a walk that may be long; it fails when nobody waits for the answer any more.
func (r *reader) step() error {
	if r.steps++; r.steps%1024 != 0 {
		return nil
	}
	return r.ctx.Err()
}

// header returns the stored header of a conversation, or nil. The bytes live as long as the transaction.
func (r *reader) header(conv hash) []byte { return r.headers.Get(conv[:]) }

// conversation returns the conversation of that id, or the one that it has become, or store.ErrNotFound.
func (r *reader) conversation(id store.ConversationID) (store.Conversation, hash, error) {
	c, conv, err := r.anyConversation(id)
	if err == nil && c.Into != "" {
		c, conv, err = r.anyConversation(c.Into)
	}
	if err == nil && c.Hidden {
		err = store.ErrNotFound
	}
	return c, conv, err
}

// anyConversation returns the header of that very id, hidden or not.
func (r *reader) anyConversation(id store.ConversationID) (store.Conversation, hash, error) {
	conv := hashOf(id)
	row := r.header(conv)
	if row == nil {
		return store.Conversation{}, conv, store.ErrNotFound
	}
	c, err := decodeHeader(row)
	if err == nil && c.ID != id {
		err = store.ErrNotFound
	}
	return c, conv, err
}

func getNumber(tx *bolt.Tx, key []byte) (uint64, error) {
	switch v := tx.Bucket(metaBucket).Get(key); len(v) {
	case 0:
		return 0, nil
	case 8:
		return binary.BigEndian.Uint64(v), nil
	default:
		return 0, errDamaged
	}
}

func putNumber(tx *bolt.Tx, key []byte, n uint64) error {
	return tx.Bucket(metaBucket).Put(key, binary.BigEndian.AppendUint64(nil, n))
}
