package rediscluster

// fields are the names and values of a map in a reply of the library. A missing or nil field reads as the zero value.
type fields map[string]Value

func readFields(reply Value) (fields, error) { return reply.Map() }

func (f fields) text(name string) string {
	if v := f[name]; v.kind == TypeString {
		return v.text()
	}
	return ""
}

func (f fields) integer(name string) int64 {
	if v := f[name]; v.kind == TypeInteger {
		return v.number
	}
	return 0
}

func (f fields) boolean(name string) bool { return f.integer(name) != 0 }

// readList reads an array of maps.
func readList[T any](reply Value, read func(fields) T) ([]T, error) {
	elements, err := reply.Array()
	if err != nil {
		return nil, err
	}
	list := make([]T, len(elements))
	for i, element := range elements {
		element, err := readFields(element)
		if err != nil {
			return nil, err
		}
		list[i] = read(element)
	}
	return list, nil
}
