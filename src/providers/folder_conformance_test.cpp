// The path kinds over the real ports, on a folder that plays a device.
#include "os/real/real_host.hpp"
#include "providers/conformance_suite.hpp"

#include <cstdlib>
#include <filesystem>

namespace flyball::providers::conformance {
namespace {

class FolderDevice final : public Device {
 public:
  FolderDevice() {
    auto pattern = testing::TempDir() + "flyball-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    for (const auto* name : {"etc", "srv", "opt", "var/lib"}) std::filesystem::create_directories(folder_ / name);
    auto opened = os::real::RealHost::open({.root = folder_.string()});
    EXPECT_TRUE(opened) << opened.error().message;
    real_ = std::move(*opened);
  }
  ~FolderDevice() override { std::filesystem::remove_all(folder_); }
  FolderDevice(const FolderDevice&) = delete;
  FolderDevice& operator=(const FolderDevice&) = delete;
  os::Host host() override { return real_->host(); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<os::real::RealHost> real_;
};

const auto all = cases("Folder", [] { return std::make_unique<FolderDevice>(); }, path_samples());

INSTANTIATE_TEST_SUITE_P(Folder, Conformance, testing::ValuesIn(all), case_name);

}  // namespace
}  // namespace flyball::providers::conformance
