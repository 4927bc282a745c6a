#pragma once

#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace flotilla::test {

/// Runs `work` without the superuser's right to read everything, and returns what it returns: in a
/// child process of another user when this one is root, else right here.
inline std::string as_nobody(const std::function<std::string()>& work) {
  if (::geteuid() != 0)
    return work();
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0)
    return "no pipe";
  constexpr uid_t nobody = 65534;
  auto child = ::fork();
  if (child == 0) {
    auto text = ::setuid(nobody) == 0 ? work() : std::string{"cannot become nobody"};
    auto written = ::write(pipe_ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(pipe_ends[1]);
  std::string text;
  char piece[4096];
  for (ssize_t got = 0; (got = ::read(pipe_ends[0], piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(got));
  ::close(pipe_ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

} // namespace flotilla::test
