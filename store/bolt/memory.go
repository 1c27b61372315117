package bolt

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

const (
	// loadPause is left to whoever asked for the first list, before the columns are read.
	loadPause = 300 * time.Millisecond
	// loadRows are read in one transaction.
	loadRows = 4096
	// fewRows is how many conversations are found fast enough without columns.
	fewRows = 5000
)

// memory holds the columns and keeps them in step with the file.
//
// Columns are read in the background, once, some time after the first list was answered: nothing waits for them, and
// each answer can be had without them. They say which transaction of the file they stand at; a reader at another one
// does not use them. While they are being read, what changes before the place they were read up to is taken in, and
// the rest will be read.
//
// Nobody begins a transaction while holding mu: who has it may be waited for inside one.
type memory struct {
	mu      sync.RWMutex
	columns *columns // nil: not read
	loaded  []byte   // the position up to which they have been read
	ready   bool     // they are whole
	tx      int      // the transaction they stand at

	least int // conversations from which on columns are worth it
	once  sync.Once
	asked atomic.Bool   // the first reading has begun: whoever wants another waits for nobody's first frame
	now   chan struct{} // somebody waits for columns
	stop  chan struct{}
	ended sync.WaitGroup
	shut  sync.Once
}

func (m *memory) init() {
	m.least = fewRows
	m.now = make(chan struct{}, 1)
	m.stop = make(chan struct{})
}

// actMove is a row of the index of activity before and after a change; a nil value is no row.
type actMove struct {
	from, to position
	was, is  packed
}

// follow takes in what a transaction has changed. One that is not the next has changed what nobody told: the columns
// are read anew.
func (m *memory) follow(tx int, moves []actMove) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.columns == nil {
		return
	}
	if tx != m.tx+1 {
		m.forget()
		return
	}
	m.tx = tx
	for _, v := range moves {
		if v.was != nil && m.covers(v.from) && !m.columns.remove(m.columns.row(v.from[:], v.was)) {
			m.forget()
			return
		}
		if v.is != nil && m.covers(v.to) {
			m.columns.insert(m.columns.row(v.to[:], v.is))
		}
	}
}

// covers reports whether the columns have been read up to there.
func (m *memory) covers(p position) bool { return m.ready || bytes.Compare(p[:], m.loaded) <= 0 }

// forget drops the columns; the next list has them read again. Callers hold mu.
func (m *memory) forget() {
	if m.columns != nil {
		m.columns.slabs.release()
	}
	m.columns, m.loaded, m.ready, m.tx = nil, nil, false, 0
}

func (m *memory) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
}

// at returns the columns as they are at a transaction, locked until done is called, or nil.
func (m *memory) at(tx int) (c *columns, done func()) {
	m.mu.RLock()
	if !m.ready || m.tx != tx {
		m.mu.RUnlock()
		return nil, nil
	}
	return m.columns, m.mu.RUnlock
}

// outOfStep reports whether whole columns stand at another transaction than tx: who asks again, with a new
// transaction, will find them in step.
func (m *memory) outOfStep(tx int) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.ready && m.tx != tx
}

// want lets the columns be read if there are none: after a pause, or at once where a query waits for them.
func (m *memory) want(v *Views, total int, now bool) {
	if total < m.least {
		return
	}
	m.once.Do(func() { m.ended.Go(func() { m.keep(v) }) })
	m.mu.RLock()
	ready := m.ready
	m.mu.RUnlock()
	if ready || !now && !m.asked.Load() {
		return
	}
	select {
	case m.now <- struct{}{}:
	default: // it will see the one that waits there
	}
}

// keep reads the columns, and again whenever they were dropped and are wanted.
func (m *memory) keep(v *Views) {
	timer := time.NewTimer(loadPause)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-m.now:
		case <-m.stop:
			return
		}
		m.asked.Store(true)
		for more := true; more; {
			select {
			case <-m.stop:
				return
			default:
			}
			// An error is left to whoever reads the rows: they will find the same, and say so.
			if err := v.view(func(tx *bolt.Tx) (err error) {
				more, err = m.load(tx)
				return err
			}); err != nil {
				m.drop()
				more = false
			}
			runtime.Gosched()
		}
	}
}

// load reads some more rows of the index, oldest first; it reports false when that was all.
func (m *memory) load(tx *bolt.Tx) (more bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.ready:
		return false, nil
	case m.columns == nil:
		m.columns, m.tx = newColumns(), tx.ID()
	case m.tx != tx.ID():
		return true, nil // whoever changed the file is about to say what
	}
	n := 0
	err = walk(tx.Bucket(actBucket), nil, m.loaded, true, func(k, v []byte) (bool, error) {
		p := packed(v)
		if len(k) != actLen || !p.valid() {
			return false, errDamaged
		}
		m.columns.insert(m.columns.row(k, p))
		m.loaded = append(m.loaded[:0], k...)
		n++
		return n < loadRows, nil
	})
	if err != nil {
		return false, err
	}
	m.ready = n < loadRows
	return !m.ready, nil
}

// close ends the reading and gives the memory back.
func (m *memory) close() {
	m.shut.Do(func() { close(m.stop) })
	m.once.Do(func() {}) // none begins any more
	m.ended.Wait()
	m.drop()
}

// Warm waits until the columns in memory are whole, and has them read if there are none: for benchmarks, which measure
// a desk that has been open for a while. It returns at once where there are too few conversations for columns.
func (v *Views) Warm(ctx context.Context) error {
	for {
		total, whole := 0, false
		err := v.read(ctx, "read the columns", func(r *reader) error {
			f, err := r.newFilter(store.Query{})
			if err != nil {
				return err
			}
			total = f.total
			_, done := v.memory.at(r.tx.ID())
			if whole = done != nil; whole {
				done()
			}
			return nil
		})
		if err != nil || whole || total < v.memory.least {
			return err
		}
		v.memory.want(v, total, true)
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
