#pragma once

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flotilla::store {

/// A copy of this process that does some work, says lines on the way, and leaves without tidying
/// up: no destructor of what `work` still holds runs in it. Killed by the destructor.
class child {
public:
  using say = std::function<void(const std::string& line)>;

  explicit child(const std::function<void(const say&)>& work) {
    int ends[2];
    if (::pipe(ends) != 0 || (pid_ = ::fork()) < 0)
      throw std::runtime_error{"no pipe or process left"};
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ends[0]);
      run(work, ends[1]);
    }
    ::close(ends[1]);
    mouth_ = ends[0];
  }
  ~child() {
    kill();
    ::close(mouth_);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  pid_t pid() const noexcept {
    return pid_;
  }

  /// Waits for its next line; empty once it has ended.
  std::string hear() {
    std::string line;
    for (char byte = 0; ::read(mouth_, &byte, 1) == 1 && byte != '\n';)
      line += byte;
    return line;
  }

  /// kill -9, and waits for the end; nothing happens once it has ended.
  void kill() {
    if (!ended_)
      ::kill(pid_, SIGKILL);
    wait();
  }

  /// @returns 0 when it has done all its work; as `waitpid` says otherwise.
  int wait() {
    if (!ended_)
      ::waitpid(pid_, &status_, 0);
    ended_ = true;
    return status_;
  }

private:
  [[noreturn]] static void run(const std::function<void(const say&)>& work, int mouth) {
    const say aloud = [&](const std::string& line) {
      const auto text = line + '\n';
      if (::write(mouth, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        ::_exit(1);
    };
    try {
      work(aloud);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in a child: %s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }

  pid_t pid_ = -1;
  int mouth_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

} // namespace flotilla::store
