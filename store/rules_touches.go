package store

import "slices"

// Rules of origin and ref. A touch is a row. A tag alone is none: it only shows through Conversation.Touch, which is a
// function of the touches and the tagged messages, whatever came first.

// tagSource is the platform's own word for the origin in a tag (ref. 2.3).
const tagSource = "customer_chat_plugin"

func (o Origin) known() bool { return o != OriginUnknown && o != "" }

// addedTouch takes in how the contact came.
func (t *thread) addedTouch(m Message) {
	if m.Tagged {
		t.LastTag = max(t.LastTag, m.At)
		t.newTags = append(t.newTags, m.Place())
		t.addOrigin(OriginPlugin)
		t.again |= againTouch
	}
	if m.Touch != nil {
		t.addOrigin(m.Touch.Origin)
		t.addRef(m.Touch.Ref)
		t.again |= againTouch
	}
}

func (t *thread) removedTouch(m Message) {
	if m.Tagged {
		t.again |= againTouch | againOrigins
		if m.At == t.LastTag {
			t.again |= againTag
		}
	}
	if m.Touch != nil {
		t.again |= againTouch | againOrigins
	}
}

func (t *thread) addOrigin(o Origin) {
	if at, found := slices.BinarySearch(t.Origins, o); !found && o.known() {
		t.Origins = slices.Insert(slices.Clone(t.Origins), at, o)
	}
}

func (t *thread) addRef(ref string) {
	if at, found := slices.BinarySearch(t.Refs, ref); !found && ref != "" {
		t.Refs = slices.Insert(slices.Clone(t.Refs), at, ref)
	}
}

func (t *thread) deriveTouches() error {
	if t.again&againOrigins != 0 {
		t.Origins, t.Refs = nil, nil
		if t.LastTag != 0 {
			t.addOrigin(OriginPlugin)
		}
		err := t.scanTouches(0, func(touch Touch) bool {
			t.addOrigin(touch.Origin)
			t.addRef(touch.Ref)
			return true
		})
		if err != nil {
			return err
		}
	}
	if t.again&againTouch == 0 {
		return nil
	}
	touch, err := t.shownTouch()
	t.Touch = touch
	return err
}

// shownTouch is the latest touch whose origin is known. A tag after it counts as a touch by the plugin unless the
// latest touch before that tag was the plugin's already; it keeps that one's ref.
func (t *thread) shownTouch() (Touch, error) {
	shown := Touch{Origin: OriginUnknown}
	err := t.scanTouches(0, func(touch Touch) bool {
		if touch.Origin.known() {
			shown = touch
			return false
		}
		return true
	})
	if err != nil || t.LastTag == 0 || t.LastTag <= shown.At {
		return shown, err
	}
	var before Touch
	err = t.scanTouches(t.LastTag-1, func(touch Touch) bool {
		before = touch
		return false
	})
	if err != nil || before.Origin == OriginPlugin {
		return shown, err
	}
	first, err := t.firstTag(before)
	return Touch{At: first.At, ID: first.ID, Origin: OriginPlugin, Source: tagSource, Ref: before.Ref}, err
}

// firstTag is the first tagged message after a touch, which is the last one before the newest tag.
func (t *thread) firstTag(before Touch) (first Place, err error) {
	if t.again&againOrigins == 0 && t.Touch.Origin == OriginPlugin && t.Touch.At > before.At {
		// The touch shown is made by a tag already, the first of that time: only a newer line can be before it. A
		// long chat in which each message bears the tag is not read again for each.
		first = Place{At: t.Touch.At, ID: t.Touch.ID}
		for _, tag := range t.newTags {
			if tag.At > before.At && tag.Compare(first) < 0 {
				first = tag
			}
		}
		return first, nil
	}
	err = t.scan(Place{At: before.At, ID: before.ID}, true, func(m Message) bool {
		if !m.Tagged || m.At <= before.At {
			return true
		}
		first = m.Place()
		return false
	}, true)
	return first, err
}

// scanTouches gives the touches at or before a time (0: all), newest first, to visit until that returns false.
func (t *thread) scanTouches(at Millis, visit func(Touch) bool) error {
	for n := scanRows; ; n *= 2 {
		touches, err := t.rows.TouchesBefore(t.ID, at, n)
		if err != nil {
			return err
		}
		for i, touch := range touches {
			if i < n/2 && n > scanRows {
				continue // visited in the round before
			}
			if !visit(touch) {
				return nil
			}
		}
		if len(touches) < n {
			return nil
		}
	}
}
