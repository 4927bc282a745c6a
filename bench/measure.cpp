// Runs a command and tells what it cost:
//   measure LOG COMMAND...      prints: SECONDS CPU_SECONDS PEAK_KIB
// CPU is user and system time, memory the largest resident size; both count the command and the
// children it waited for. What the command prints goes to LOG. Exits as the command does.

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Starts the command with both outputs in `log`.
int start(pid_t& child, const char* log, char** command) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  const int failed = ::posix_spawnp(&child, command[0], &files, nullptr, command, environ);
  ::posix_spawn_file_actions_destroy(&files);
  return failed;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: measure LOG COMMAND...\n";
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (const int failed = start(child, argv[1], argv + 2); failed != 0) {
    std::cerr << "measure: cannot run " << argv[2] << ": " << ::strerrordesc_np(failed) << "\n";
    return 127;
  }
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f %.3f %ld\n", wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
              usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
