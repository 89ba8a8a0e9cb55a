package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A server is a redis-server in a folder of its own.
type server struct {
	port    int
	folder  string
	lock    sync.Mutex
	process *exec.Cmd
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func startServer(folder string) (*server, error) {
	for attempt := 0; attempt < 20; attempt++ {
		s := &server{port: freePort(), folder: folder}
		if err := s.start(); err != nil {
			return nil, err
		}
		if s.awaitReply(10 * time.Second) {
			return s, nil
		}
		s.kill() // another process has taken the port
	}
	return nil, fmt.Errorf("no redis-server starts in %s", folder)
}

// The server writes what it has executed to its file before it replies, so that SIGKILL loses nothing that was acknowledged. With `appendfsync
// everysec` it postpones writes while it synchronizes the file.
func (s *server) start() error {
	name := os.Getenv("REDIS_SERVER")
	if name == "" {
		name = "redis-server"
	}
	s.process = exec.Command(name, "--port", fmt.Sprint(s.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "no", "--dir", s.folder)
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return s.process.Start()
}

func (s *server) awaitReply(limit time.Duration) bool {
	for begin := time.Now(); time.Since(begin) < limit; time.Sleep(2 * time.Millisecond) {
		connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err != nil {
			continue
		}
		buffer := make([]byte, 8192)
		connection.SetDeadline(time.Now().Add(time.Second))
		connection.Write([]byte("INFO server\r\n"))
		n, _ := connection.Read(buffer)
		connection.Close()
		if strings.Contains(string(buffer[:n]), fmt.Sprintf("process_id:%d\r", s.process.Process.Pid)) {
			return true
		}
		if n > 0 && !strings.HasPrefix(string(buffer[:n]), "-LOADING") {
			return false
		}
	}
	return false
}

func (s *server) kill() {
	s.process.Process.Kill()
	s.process.Wait()
}

// restart kills the server; it loads its file when it starts again.
func (s *server) restart() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.kill()
	if err := s.start(); err != nil {
		panic(err)
	}
	s.awaitReply(10 * time.Second)
}

func (s *server) pause(duration time.Duration) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.process.Process.Signal(syscall.SIGSTOP)
	time.Sleep(duration)
	s.process.Process.Signal(syscall.SIGCONT)
}

// refuse makes the server refuse writes for a moment.
func (s *server) refuse() {
	setting := []string{"maxmemory 1", "min-replicas-to-write 1"}[rand.Intn(2)]
	s.send("CONFIG SET " + setting)
	time.Sleep(time.Duration(rand.Intn(10)) * time.Millisecond)
	name, _, _ := strings.Cut(setting, " ")
	for !s.send("CONFIG SET " + name + " 0") {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Duration(rand.Intn(10)) * time.Millisecond)
}

// send returns whether the server has executed a command.
func (s *server) send(command string) bool {
	connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return false
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Second))
	connection.Write([]byte(command + "\r\n"))
	buffer := make([]byte, 100)
	n, _ := connection.Read(buffer)
	return strings.HasPrefix(string(buffer[:n]), "+OK")
}

// A proxy delays what it passes on, and cuts connections.
type proxy struct {
	listener net.Listener
	target   int
	weather  weather
}

// The weather of a network says what happens to a packet.
type weather struct {
	stalls            float64       // the share of packets that are held back, so that several commands overtake them
	transactionStalls float64       // the share of packets with a transaction that are: a transaction is a step of a protocol
	maxStall          time.Duration // for how long they are
	maxDelay          time.Duration // of the other packets
	cuts              float64       // the share of packets that are lost with their connection
}

func startProxy(target int, w weather) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener, target, w}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", target))
			if err != nil {
				client.Close()
				continue
			}
			go p.pass(client, server)
			go p.pass(server, client)
		}
	}()
	return p, nil
}

func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

func (p *proxy) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if delay := p.weather.delayOf(buffer[:n]); delay > 0 {
			time.Sleep(delay)
		}
		if rand.Float64() < p.weather.cuts {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil && err != io.EOF {
			return
		}
	}
}

func (w weather) delayOf(packet []byte) time.Duration {
	longest, stalls := w.maxDelay, w.stalls
	if bytes.Contains(packet, []byte("\r\nMULTI\r\n")) {
		stalls = max(stalls, w.transactionStalls)
	}
	if rand.Float64() < stalls {
		longest = w.maxStall
	}
	if longest == 0 {
		return 0
	}
	return time.Duration(rand.Int63n(int64(longest)))
}

func configOf(ports []int, more string) string {
	var nodes []string
	for i, port := range ports {
		nodes = append(nodes, fmt.Sprintf(`"node_%d":"redis://127.0.0.1:%d"`, i+1, port))
	}
	return fmt.Sprintf(`{"nodes":{%s},"masters_only":true,"read_timeout":0.5,"connect_timeout":0.5%s}`, strings.Join(nodes, ","), more)
}
