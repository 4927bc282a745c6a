#include "app/output.hpp"

#include "app/exit_code.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace flotilla::app {

int write_out(const std::string& text) {
  errno = 0;
  auto written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written == text.size() && std::fflush(stdout) == 0)
    return exit_done;
  say_failure({protocol::errc::internal,
               "cannot write to standard output: " + std::generic_category().message(errno),
               {}});
  return exit_internal;
}

void say_failure(const protocol::failure& why) {
  std::fprintf(stderr, "flotilla: %s\n", why.message.c_str());
  if (!why.hint.empty())
    std::fprintf(stderr, "  %s\n", why.hint.c_str());
}

} // namespace flotilla::app
