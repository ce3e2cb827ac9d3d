/* floor: the least that a durable fan-out server can do, as a yardstick for Parley.
 *
 * One thread and one epoll. A turn is one epoll_wait and all that it reported: each readable
 * socket is read once, its lines are obeyed, and what that says to others is copied into their
 * output buffers. At the end of the turn the messages of the turn are written to a file that was
 * filled with zeros beforehand and fdatasynced; only then is each recipient sent its buffer, by
 * one send(2). There is no parsing beyond six words, no history, no acknowledgement and no check
 * that one may do what one asks: whatever Parley spends above this is the price of being Parley.
 *
 * It speaks NICK, USER, JOIN, PRIVMSG, PING and QUIT of IRC with the numerics that clients wait
 * for, so that one load generator drives both:
 *
 *     floor [-p PORT] [-l LOG] [-m MEBIBYTES] [-n]
 *
 * -p 0 (the default) takes a free port; "ready: 127.0.0.1:PORT" names it. -l is the log file
 * (default ./floor.log), -m its size, after which it is written from the start again; -n leaves
 * the file out altogether.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  LINE_MAX_BYTES = 8192,
  READ_BYTES = 65536,
  EVENTS_MAX = 1024,
  NAME_BYTES = 32,
  ROOM_BYTES = 64,
  ROOMS_MAX = 4096,
  NAMES_LINE_BYTES = 400,
};

struct room;

/* Bytes that grow as needed and are emptied by setting `length` to 0. */
struct buffer {
  char *bytes;
  size_t length, capacity;
};

struct connection {
  int descriptor;
  char nick[NAME_BYTES];
  int registered;          /* 001 was sent */
  struct room *room;       /* one room a connection is all that the measurement needs */
  size_t seat;             /* its index among the room's members */
  char *line;              /* an unfinished line */
  size_t line_length;
  struct buffer out;
  size_t sent;             /* how much of `out` has gone */
  int touched;             /* it is in this turn's list */
  int waiting;             /* EPOLLOUT is asked for */
  int closing;
};

struct room {
  char name[ROOM_BYTES];
  struct connection **members;
  size_t count, capacity;
};

static int epoll_descriptor;
static struct room rooms[ROOMS_MAX];
static size_t room_count;

static struct connection **touched;
static size_t touched_count, touched_capacity;

static struct buffer batch;      /* what the turn said, for the file */
static int log_descriptor = -1;  /* -1: nothing is stored */
static off_t log_offset, log_size;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void *grown(void *memory, size_t bytes) {
  void *new = realloc(memory, bytes);
  if (!new) die("realloc");
  return new;
}

static void append(struct buffer *buffer, const char *bytes, size_t length) {
  if (buffer->length + length > buffer->capacity) {
    buffer->capacity = (buffer->length + length) * 2;
    buffer->bytes = grown(buffer->bytes, buffer->capacity);
  }
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

static void touch(struct connection *c) {
  if (c->touched) return;
  c->touched = 1;
  if (touched_count == touched_capacity) {
    touched_capacity = touched_capacity ? touched_capacity * 2 : 1024;
    touched = grown(touched, touched_capacity * sizeof *touched);
  }
  touched[touched_count++] = c;
}

static void tell(struct connection *c, const char *bytes, size_t length) {
  append(&c->out, bytes, length);
  touch(c);
}

static void tellf(struct connection *c, const char *format, ...) {
  char line[LINE_MAX_BYTES + 256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length > 0 && (size_t)length < sizeof line) tell(c, line, (size_t)length);
}

static void tell_room(struct room *room, struct connection *but, const char *bytes, size_t length) {
  for (size_t i = 0; i < room->count; i++)
    if (room->members[i] != but) tell(room->members[i], bytes, length);
}

/* Rooms are looked up along the list: there are few, and a connection keeps its own. */
static struct room *room_named(const char *name) {
  for (size_t i = 0; i < room_count; i++)
    if (!strcmp(rooms[i].name, name)) return &rooms[i];
  if (room_count == ROOMS_MAX) return NULL;
  struct room *room = &rooms[room_count++];
  snprintf(room->name, sizeof room->name, "%s", name);
  return room;
}

static void leave(struct connection *c, const char *how) {
  struct room *room = c->room;
  if (!room) return;
  char line[512];
  int length = snprintf(line, sizeof line, ":%s!u@h %s\r\n", c->nick, how);
  struct connection *last = room->members[--room->count];
  room->members[c->seat] = last;
  last->seat = c->seat;
  c->room = NULL;
  tell_room(room, NULL, line, (size_t)length);
}

static void send_names(struct connection *c, struct room *room) {
  char names[NAMES_LINE_BYTES + NAME_BYTES + 2];
  size_t length = 0;
  for (size_t i = 0; i < room->count; i++) {
    length += (size_t)sprintf(names + length, "%s%s", length ? " " : "", room->members[i]->nick);
    if (length < NAMES_LINE_BYTES && i + 1 < room->count) continue;
    tellf(c, ":floor 353 %s = %s :%s\r\n", c->nick, room->name, names);
    length = 0;
  }
  tellf(c, ":floor 366 %s %s :End of /NAMES list\r\n", c->nick, room->name);
}

static void join(struct connection *c, const char *name) {
  if (strlen(name) >= ROOM_BYTES) return;
  struct room *room = room_named(name);
  if (!room || room == c->room) return;
  leave(c, "PART");
  if (room->count == room->capacity) {
    room->capacity = room->capacity ? room->capacity * 2 : 16;
    room->members = grown(room->members, room->capacity * sizeof *room->members);
  }
  c->room = room;
  c->seat = room->count;
  room->members[room->count++] = c;
  char line[512];
  int length = snprintf(line, sizeof line, ":%s!u@h JOIN %s\r\n", c->nick, room->name);
  tell_room(room, NULL, line, (size_t)length);
  send_names(c, room);
}

/* The hot path: the line is built once, kept for the file and copied to each recipient. */
static void message(struct connection *c, const char *target, const char *text) {
  struct room *room = c->room;
  if (!room || strcmp(room->name, target)) return;
  char line[LINE_MAX_BYTES + 256];
  int length = snprintf(line, sizeof line, ":%s!u@h PRIVMSG %s :%s\r\n", c->nick, target, text);
  if (length < 0 || (size_t)length >= sizeof line) return;
  if (log_descriptor >= 0) append(&batch, line, (size_t)length);
  tell_room(room, c, line, (size_t)length);
}

static void obey(struct connection *c, char *line) {
  char *argument = strchr(line, ' ');
  if (argument) *argument++ = 0;
  else argument = line + strlen(line);
  char *text = strstr(argument, ":");
  if (!strcmp(line, "PRIVMSG")) {
    if (text <= argument || text[-1] != ' ') return;
    text[-1] = 0;
    message(c, argument, text + 1);
  } else if (!strcmp(line, "PING")) {
    tellf(c, ":floor PONG floor %s%s\r\n", *argument == ':' ? "" : ":", argument);
  } else if (!strcmp(line, "NICK")) {
    snprintf(c->nick, sizeof c->nick, "%s", argument);
  } else if (!strcmp(line, "USER")) {
    if (!*c->nick || c->registered) return;
    c->registered = 1;
    tellf(c, ":floor 001 %s :Welcome\r\n", c->nick);
  } else if (!strcmp(line, "JOIN")) {
    if (c->registered) join(c, argument);
  } else if (!strcmp(line, "QUIT")) {
    c->closing = 1;
    tellf(c, "ERROR :Bye\r\n");
  }
}

/* Splits what was read into lines; an unfinished one is kept for the next turn. */
static void receive(struct connection *c, char *bytes, size_t length) {
  char *end = bytes + length;
  while (bytes < end && !c->closing) {
    char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
    size_t part = (size_t)((newline ? newline : end) - bytes);
    if (c->line_length + part > LINE_MAX_BYTES) {
      c->closing = 1;
      touch(c);
      return;
    }
    char *line = bytes;
    size_t line_length = part;
    if (!newline || c->line_length) {
      c->line = grown(c->line, c->line_length + part + 1);
      memcpy(c->line + c->line_length, bytes, part);
      c->line_length += part;
      if (!newline) return;
      line = c->line;
      line_length = c->line_length;
      c->line_length = 0;
    }
    if (line_length && line[line_length - 1] == '\r') line_length--;
    line[line_length] = 0;
    obey(c, line);
    bytes = newline + 1;
  }
}

static void drop(struct connection *c) {
  leave(c, "QUIT :gone");
  close(c->descriptor);
  c->descriptor = -1;
  touch(c); /* freed at the end of the turn, when no list can name it any more */
}

static void await(struct connection *c, int writable) {
  if (c->waiting == writable) return;
  c->waiting = writable;
  struct epoll_event event = {
      .events = EPOLLIN | (writable ? EPOLLOUT : 0u), .data.ptr = c};
  epoll_ctl(epoll_descriptor, EPOLL_CTL_MOD, c->descriptor, &event);
}

static void flush(struct connection *c) {
  if (c->descriptor < 0) return;
  size_t left = c->out.length - c->sent;
  if (left) {
    ssize_t done = send(c->descriptor, c->out.bytes + c->sent, left, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN) {
      drop(c);
      return;
    }
    if (done > 0) c->sent += (size_t)done;
  }
  if (c->sent == c->out.length) {
    c->sent = c->out.length = 0;
    await(c, 0);
    if (c->closing) drop(c);
  } else {
    await(c, 1);
  }
}

static void store(void) {
  if (!batch.length) return;
  if (log_offset + (off_t)batch.length > log_size) log_offset = 0;
  ssize_t done = pwrite(log_descriptor, batch.bytes, batch.length, log_offset);
  if (done != (ssize_t)batch.length) die("pwrite");
  if (fdatasync(log_descriptor)) die("fdatasync");
  log_offset += done;
  batch.length = 0;
}

/* Durable first, shown afterwards. The list may grow while it is walked: dropping one connection
 * tells others, who are flushed in the same turn. */
static void end_turn(void) {
  if (log_descriptor >= 0) store();
  for (size_t i = 0; i < touched_count; i++) flush(touched[i]);
  for (size_t i = 0; i < touched_count; i++) {
    struct connection *c = touched[i];
    c->touched = 0;
    if (c->descriptor >= 0) continue;
    free(c->out.bytes);
    free(c->line);
    free(c);
  }
  touched_count = 0;
}

static void accept_all(int listener) {
  for (;;) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->descriptor = descriptor;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll_descriptor, EPOLL_CTL_ADD, descriptor, &event)) die("epoll_ctl");
  }
}

static void prepare_log(const char *path, off_t mebibytes) {
  static char zeros[1 << 20];
  log_descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (log_descriptor < 0) die(path);
  for (off_t i = 0; i < mebibytes; i++)
    if (write(log_descriptor, zeros, sizeof zeros) != (ssize_t)sizeof zeros) die("write");
  if (fsync(log_descriptor)) die("fsync");
  log_size = mebibytes << 20;
}

static int listen_on(uint16_t port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll_descriptor, EPOLL_CTL_ADD, listener, &event);
  printf("ready: 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **arguments) {
  int option, port = 0, stored = 1;
  off_t mebibytes = 256;
  const char *path = "floor.log";
  while ((option = getopt(count, arguments, "p:l:m:n")) != -1) {
    if (option == 'p') port = atoi(optarg);
    else if (option == 'l') path = optarg;
    else if (option == 'm') mebibytes = atol(optarg);
    else if (option == 'n') stored = 0;
    else return 2;
  }
  struct rlimit limit;
  if (!getrlimit(RLIMIT_NOFILE, &limit)) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  signal(SIGPIPE, SIG_IGN);
  epoll_descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (stored) prepare_log(path, mebibytes);
  int listener = listen_on((uint16_t)port);

  static struct epoll_event events[EVENTS_MAX];
  static char bytes[READ_BYTES + 1];
  for (;;) {
    int ready = epoll_wait(epoll_descriptor, events, EVENTS_MAX, -1);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c) {
        accept_all(listener);
        continue;
      }
      if (events[i].events & EPOLLOUT) touch(c);
      if (!(events[i].events & ~(uint32_t)EPOLLOUT)) continue;
      ssize_t length = read(c->descriptor, bytes, READ_BYTES);
      if (length > 0) receive(c, bytes, (size_t)length);
      else if (length == 0 || errno != EAGAIN) drop(c);
    }
    end_turn();
  }
}
