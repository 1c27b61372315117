package messenger

// Visitors of our own plugin have ids of nineteen digits, from 9,000,000,000,000,000,000 up to the largest signed
// 64-bit number. Page-scoped ids of the platform have seventeen digits at most, so the two never meet, and a program
// that keeps ids as 64-bit numbers still works.
const (
	visitorDigits = 19
	visitorFirst  = "9000000000000000000"
	visitorLast   = "9223372036854775807"
)

// IsVisitor reports whether id belongs to a visitor of our own plugin. A send is routed by it: what is for a visitor
// never goes to Meta, and the other way round.
func IsVisitor(id string) bool {
	if len(id) != visitorDigits || id < visitorFirst || id > visitorLast {
		return false
	}
	for i := range len(id) {
		if id[i] < '0' || id[i] > '9' {
			return false
		}
	}
	return true
}
