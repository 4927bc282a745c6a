#include "metrics/exposition.hpp"

#include "metrics/process_metrics.hpp"

#include <prometheus/gauge.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>

namespace flotilla::metrics {

exposition::exposition(const build_labels& build) {
  prometheus::BuildGauge()
    .Name("flotilla_build_info")
    .Help("Always 1; the labels say what runs.")
    .Register(registry_)
    .Add({{"version", build.version}, {"compiler", build.compiler}})
    .Set(1);
  add(std::make_shared<process_metrics>());
}

void exposition::add(std::shared_ptr<const prometheus::Collectable> more) {
  others_.push_back(std::move(more));
}

std::string exposition::text() const {
  auto all = registry_.Collect();
  for (const auto& each : others_) {
    auto more = each->Collect();
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  }
  return prometheus::TextSerializer{}.Serialize(all);
}

} // namespace flotilla::metrics
