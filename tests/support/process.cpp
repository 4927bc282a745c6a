#include "tests/support/process.hpp"

#include "tests/support/channel.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace flotilla::test {

namespace {

using steady = std::chrono::steady_clock;

std::vector<std::string>
environment_with(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::map<std::string, std::string> all;
  for (auto entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto split = text.find('=');
    all[text.substr(0, split)] = split == std::string::npos ? "" : text.substr(split + 1);
  }
  for (const auto& [name, value] : changes)
    if (value.empty())
      all.erase(name);
    else
      all[name] = value;
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& [name, value] : all)
    lines.emplace_back(name).append("=").append(value);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

} // namespace

struct process::impl {
  explicit impl(command given);
  ~impl();

  void start();
  [[noreturn]] void become_child(const std::array<int, 3>& files, char* const* args,
                                 char* const* env) const;
  void pump();
  void feed();
  static void drain(descriptor& from, std::string& into);
  void reap();

  command order;
  descriptor input, output, errors;
  pid_t pid = -1;
  steady::time_point begin = steady::now();

  mutable std::mutex lock;
  std::condition_variable changed;
  std::size_t fed = 0; ///< bytes of `order.input` written; the pump's alone
  bool reaped = false; ///< under `lock`, as all below
  outcome result;

  std::thread pump_thread;
};

process::impl::impl(command given) : order(std::move(given)) {
  start();
  pump_thread = std::thread([this] { pump(); });
}

process::impl::~impl() {
  {
    const std::lock_guard guard(lock);
    if (!reaped)
      ::kill(-pid, SIGKILL);
  }
  pump_thread.join();
}

void process::impl::start() {
  auto in = make_pipe(true);
  auto out = make_pipe(false);
  auto err = order.terminal ? make_terminal() : make_pipe(false);
  auto env = environment_with(order.env);
  const auto args = pointers(order.args);
  const auto variables = pointers(env);
  pid = ::fork();
  if (pid < 0)
    throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    become_child({in.theirs.fd(), out.theirs.fd(), err.theirs.fd()}, args.data(), variables.data());
  }
  ::setpgid(pid, pid);
  input = std::move(in.ours);
  output = std::move(out.ours);
  errors = std::move(err.ours);
}

void process::impl::become_child(const std::array<int, 3>& files, char* const* args,
                                 char* const* env) const {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 0; i < 3; ++i)
    ::dup2(files.at(static_cast<std::size_t>(i)), i);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  if (order.directory.empty() || ::chdir(order.directory.c_str()) == 0)
    ::execvpe(args[0], args, env);
  ::dprintf(2, "cannot run %s: %s\n", args[0], ::strerrordesc_np(errno));
  ::_exit(127);
}

/// Moves bytes until the program ends or closes both outputs, then collects the exit status.
void process::impl::pump() {
  sigset_t broken_pipe; // a program that does not read its input is no reason for us to die
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  // Tells the end even while a grandchild keeps the pipes open. Without it (-1) poll looks away.
  const descriptor end(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  bool ended = false;
  while (!ended && (output.fd() >= 0 || errors.fd() >= 0)) {
    std::array<pollfd, 4> watched{{{input.fd(), POLLOUT, 0},
                                   {output.fd(), POLLIN, 0},
                                   {errors.fd(), POLLIN, 0},
                                   {end.fd(), POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0)
      continue;
    if (watched[0].revents != 0)
      feed();
    ended = watched[3].revents != 0;
    const std::lock_guard guard(lock);
    drain(output, result.out);
    drain(errors, result.err);
    changed.notify_all();
  }
  reap();
}

void process::impl::feed() {
  const auto left = std::string_view(order.input).substr(fed);
  const auto written = left.empty() ? -1 : ::write(input.fd(), left.data(), left.size());
  if (written >= 0)
    fed += static_cast<std::size_t>(written);
  if (fed == order.input.size() || (written < 0 && errno != EAGAIN && errno != EINTR))
    input.close();
}

/// Takes all there is; closes at the end of the stream, which a terminal reports as EIO.
void process::impl::drain(descriptor& from, std::string& into) {
  std::array<char, 16384> buffer{};
  ssize_t count = 1;
  while (count > 0) {
    count = ::read(from.fd(), buffer.data(), buffer.size());
    if (count > 0)
      into.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR))
    from.close();
}

void process::impl::reap() {
  // Wait without collecting first: until it is collected the pid stays ours and may be signalled.
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  const std::lock_guard guard(lock);
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  result.cpu = duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
  result.wall = std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin);
  reaped = true;
  changed.notify_all();
}

process::process(command order) : impl_(std::make_unique<impl>(std::move(order))) {
}

process::~process() = default;

pid_t process::pid() const noexcept {
  return impl_->pid;
}

void process::signal(int number) {
  const std::lock_guard guard(impl_->lock);
  if (!impl_->reaped)
    ::kill(impl_->pid, number);
}

bool process::ended() const {
  const std::lock_guard guard(impl_->lock);
  return impl_->reaped;
}

std::string process::out() const {
  const std::lock_guard guard(impl_->lock);
  return impl_->result.out;
}

std::string process::err() const {
  const std::lock_guard guard(impl_->lock);
  return impl_->result.err;
}

bool process::wait_for(std::string_view text, std::chrono::milliseconds limit) {
  std::unique_lock guard(impl_->lock);
  const auto seen = [&] {
    return impl_->result.out.find(text) != std::string::npos
           || impl_->result.err.find(text) != std::string::npos;
  };
  impl_->changed.wait_for(guard, limit, [&] { return seen() || impl_->reaped; });
  return seen();
}

outcome process::wait(std::chrono::milliseconds limit) {
  std::unique_lock guard(impl_->lock);
  const auto ended = [this] { return impl_->reaped; };
  if (!impl_->changed.wait_for(guard, limit, ended)) {
    impl_->result.timed_out = true;
    ::kill(-impl_->pid, SIGKILL);
    impl_->changed.wait(guard, ended);
  }
  return impl_->result;
}

outcome run(command order, std::chrono::milliseconds limit) {
  return process(std::move(order)).wait(limit);
}

std::string run_or_throw(command order, std::chrono::milliseconds limit) {
  std::string line;
  for (const auto& arg : order.args)
    line += (line.empty() ? "" : " ") + arg;
  const auto ended = run(std::move(order), limit);
  if (ended.status != 0 || ended.timed_out)
    throw std::runtime_error(line + (ended.timed_out ? " took too long\n" : " failed\n") + ended.out
                             + ended.err);
  return ended.out;
}

} // namespace flotilla::test
