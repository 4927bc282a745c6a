#pragma once

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>
#include <vector>

namespace flotilla::metrics {

/// What this build is, as labels of flotilla_build_info.
struct build_labels {
  std::string version;
  std::string compiler;
};

/// All series that one process serves. Those of the build and of the process itself are always
/// among them. Any thread may read once all are added.
class exposition {
public:
  explicit exposition(const build_labels& build);

  /// For counters and the like that somebody keeps up to date.
  prometheus::Registry& registry() noexcept {
    return registry_;
  }
  /// Is asked at each scrape.
  void add(std::shared_ptr<const prometheus::Collectable> more);

  /// Prometheus' text format 0.0.4.
  std::string text() const;

private:
  prometheus::Registry registry_;
  std::vector<std::shared_ptr<const prometheus::Collectable>> others_;
};

} // namespace flotilla::metrics
