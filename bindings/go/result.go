package rediscluster

// A Result is the outcome of one of several commands: its reply, or the ServerError or *Error that it ended with.
type Result struct {
	Value Value
	Err   error
}

func newResult(v Value) Result {
	if err := v.Err(); err != nil {
		return Result{Err: err}
	}
	return Result{Value: v}
}
