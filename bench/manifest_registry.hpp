#pragma once

#include "bench/course.hpp"

#include <httplib.h>

#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace flotilla::bench {

/// A registry on loopback that takes manifests and serves them; whether it has their blobs, it does
/// not ask. Serves on threads of its own while it lives.
class manifest_registry {
public:
  /// @param times is told `confirmed`: a push puts nothing before all blobs are
  explicit manifest_registry(course& times);
  ~manifest_registry();
  manifest_registry(const manifest_registry&) = delete;
  manifest_registry& operator=(const manifest_registry&) = delete;

  int port() const noexcept {
    return port_;
  }

private:
  void put(const std::string& reference, const std::string& bytes);
  void serve(const std::string& reference, httplib::Response& to);

  httplib::Server server_;
  std::mutex lock_;
  std::map<std::string, std::string> manifests_; ///< by reference; under `lock_`
  int port_ = 0;
  std::thread thread_;
};

} // namespace flotilla::bench
