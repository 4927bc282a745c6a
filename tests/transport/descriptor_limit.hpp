#pragma once

#include <sys/resource.h>

namespace flotilla::test {

/// As long as it lives this process gets no new file descriptor; those that are open stay so.
class no_descriptors_left {
public:
  no_descriptors_left() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~no_descriptors_left() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  no_descriptors_left(const no_descriptors_left&) = delete;
  no_descriptors_left& operator=(const no_descriptors_left&) = delete;

private:
  rlimit before_{};
};

} // namespace flotilla::test
