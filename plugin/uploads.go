package plugin

import (
	"container/list"
	"net/http"
	"sync"
	"time"
)

// maxUploading is how many files of visitors come in at once.
const maxUploading = 32

// uploads are the files of visitors that are coming in. Visitors are strangers, and anybody can be many of them: none
// waits for another, and when there are too many, the one that has been coming in for the longest is given up. An honest
// one is there within seconds.
type uploads struct {
	mu   sync.Mutex
	list list.List // of func(), oldest first: each makes its pending read return
}

// enter admits a file that comes in through w. leave must be called when it has.
func (u *uploads) enter(w http.ResponseWriter) (leave func()) {
	conn := http.NewResponseController(w)
	u.mu.Lock()
	defer u.mu.Unlock()
	for u.list.Len() >= maxUploading {
		u.list.Remove(u.list.Front()).(func())()
	}
	place := u.list.PushBack(func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.list.Remove(place) // which does nothing if it was given up
	}
}
