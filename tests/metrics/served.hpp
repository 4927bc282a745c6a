#pragma once

#include <gtest/gtest.h>
#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <string>

namespace flotilla::test {

/// What Prometheus reads of it.
inline std::string served(const prometheus::Collectable& by) {
  return prometheus::TextSerializer{}.Serialize(by.Collect());
}

/// Names, help and types are as Prometheus' conventions want them.
inline void expect_conventions(const prometheus::Collectable& of) {
  for (const auto& family : of.Collect()) {
    SCOPED_TRACE(family.name);
    EXPECT_EQ(family.name.substr(0, 9), "flotilla_");
    EXPECT_FALSE(family.help.empty());
    EXPECT_FALSE(family.metric.empty());
    const auto is_total
      = family.name.size() > 6 && family.name.substr(family.name.size() - 6) == "_total";
    EXPECT_EQ(is_total, family.type == prometheus::MetricType::Counter);
  }
}

} // namespace flotilla::test
