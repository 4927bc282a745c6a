#include "app/credential_process.hpp"

#include "app/signals.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds glance{50}; ///< between looks at `is_interrupted`
constexpr std::size_t most_errors = 4 << 10;

/// Not one of the standard three, even where those are closed.
open_file above_standard(int fd) {
  open_file given{fd};
  if (fd < 0 || fd > STDERR_FILENO)
    return given;
  return open_file{::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

struct pipe_ends {
  open_file read, write;
};

pipe_ends make_pipe() {
  std::array<int, 2> fds{-1, -1};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0)
    return {};
  auto read = above_standard(fds[0]);
  auto write = above_standard(fds[1]);
  if (read.fd() < 0 || write.fd() < 0)
    return {};
  return {std::move(read), std::move(write)};
}

/// What posix_spawn is told.
class spawn_plan {
public:
  spawn_plan() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF
                                             | POSIX_SPAWN_SETSIGMASK);
  }
  ~spawn_plan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&files_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// Takes these for the standard three, and closes all others.
  void take(std::array<int, 3> standard) {
    for (int i = 0; i < 3; ++i)
      posix_spawn_file_actions_adddup2(&files_, standard.at(static_cast<std::size_t>(i)), i);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
  }
  int run(pid_t& pid, char* const* words, char* const* variables) const {
    return ::posix_spawn(&pid, words[0], &files_, &attributes_, words, variables);
  }

private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (auto& text : texts)
    all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Takes what is there; closes `from` at its end. What is beyond `limit` bytes is
/// read and dropped: else it would wake us for ever.
void drain(open_file& from, std::string& into, std::size_t limit) {
  std::array<char, 16384> piece{};
  ssize_t got = 1;
  while (from.fd() >= 0 && got > 0) {
    got = ::read(from.fd(), piece.data(), piece.size());
    const auto room = limit - std::min(limit, into.size());
    if (got > 0)
      into.append(piece.data(), std::min(room, static_cast<std::size_t>(got)));
    if (into.size() >= limit)
      break; // one who never stops printing does not hold us here
  }
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
    from.close();
}

failure cannot_start(const std::string& program, int error) {
  return {errc::usage, program + " cannot be run: " + std::generic_category().message(error), {}};
}

} // namespace

open_file::open_file(open_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {
}

open_file& open_file::operator=(open_file&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

open_file::~open_file() {
  close();
}

void open_file::close() noexcept {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

protocol::result<credential_process> credential_process::start(std::vector<std::string> words,
                                                               std::vector<std::string> variables,
                                                               const std::string& input) {
  auto in = make_pipe();
  auto out = make_pipe();
  auto err = make_pipe();
  if (in.write.fd() < 0 || out.write.fd() < 0 || err.write.fd() < 0)
    return cannot_start(words.front(), errno);
  // While we hold the reading end, too, this can neither block nor break: a pipe takes 4 KiB.
  if (::write(in.write.fd(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    return cannot_start(words.front(), errno);
  spawn_plan plan;
  plan.take({in.read.fd(), out.write.fd(), err.write.fd()});
  pid_t pid = 0;
  const auto arguments = pointers(words);
  const auto environment = pointers(variables);
  if (const auto error = plan.run(pid, arguments.data(), environment.data()); error != 0)
    return cannot_start(words.front(), error);
  for (const auto* ours : {&out.read, &err.read})
    ::fcntl(ours->fd(), F_SETFL, O_NONBLOCK);
  return credential_process{pid, std::move(out.read), std::move(err.read)};
}

credential_process::credential_process(pid_t pid, open_file output, open_file errors)
  : pid_(pid), from_output_(std::move(output)), from_errors_(std::move(errors)),
    end_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
}

credential_process::credential_process(credential_process&& other) noexcept
  : pid_(std::exchange(other.pid_, 0)), from_output_(std::move(other.from_output_)),
    from_errors_(std::move(other.from_errors_)), end_(std::move(other.end_)),
    output_(std::move(other.output_)), errors_(std::move(other.errors_)), status_(other.status_) {
}

credential_process::~credential_process() {
  kill(ending::interrupted);
}

credential_process::ending credential_process::wait(std::chrono::milliseconds patience,
                                                    std::size_t most_output) {
  const auto until = steady::now() + patience;
  for (;;) {
    const auto ended = has_ended(); // before the last look: what it wrote is there by then
    drain(from_output_, output_, most_output + 1);
    drain(from_errors_, errors_, most_errors);
    if (output_.size() > most_output)
      return kill(ending::too_much);
    if (ended)
      return ending::done;
    if (is_interrupted())
      return kill(ending::interrupted);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
    if (left.count() <= 0)
      return kill(ending::too_slow);
    look(static_cast<int>(std::min(glance, left).count()));
  }
}

/// Waits until there may be something to do.
void credential_process::look(int milliseconds) {
  std::array<pollfd, 3> watched{
    {{from_output_.fd(), POLLIN, 0}, {from_errors_.fd(), POLLIN, 0}, {end_.fd(), POLLIN, 0}}};
  ::poll(watched.data(), watched.size(), milliseconds);
}

bool credential_process::has_ended() {
  if (pid_ == 0)
    return true;
  int how = 0;
  const auto got = ::waitpid(pid_, &how, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR))
    return false;
  if (got == pid_) // else whoever started us ignores children, and the system forgets them
    status_ = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  pid_ = 0;
  return true;
}

credential_process::ending credential_process::kill(ending because) {
  if (pid_ == 0)
    return because;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return because;
}

} // namespace flotilla::app
