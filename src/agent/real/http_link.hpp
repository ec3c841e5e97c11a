#pragma once

#include "agent/link.hpp"
#include "os/net/client.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace flyball::agent {

/// The way to a real server: two connections, since the request for desired state is held for minutes while blobs and
/// reports go to and fro; the second is only there while it is used. Answers are handed to `arrived` on threads of the
/// link's own.
class HttpLink final : public Link {
 public:
  /// What to connect with; asked for at the start and after `reconnect`.
  using Connect = std::function<Result<std::unique_ptr<os::net::HttpClient>>()>;
  using Arrived = std::function<void(LinkAnswer)>;

  HttpLink(Connect connect, Arrived arrived);
  ~HttpLink() override;  ///< Ends what is under way; nothing arrives after it.

  void send(LinkRequest request) override;
  void cancel(std::uint64_t id) override;
  void reconnect() override;

 private:
  // One connection with a thread that works off its requests one after the other.
  class Lane {
   public:
    /// A connection that nothing was asked on for that long is closed.
    Lane(const Connect& connect, const Arrived& arrived, Duration idle);
    ~Lane();
    void send(LinkRequest request);
    void cancel(std::uint64_t id);
    void reconnect();

   private:
    void run();
    Result<os::net::Response> perform(const LinkRequest& request);

    const Connect& connect_;
    const Arrived& arrived_;
    const Duration idle_;
    std::mutex mutex_;
    std::condition_variable wanted_;
    std::deque<LinkRequest> queue_;
    std::shared_ptr<os::net::HttpClient> client_;
    std::uint64_t current_ = 0;  // Id of the request under way, or 0.
    bool renew_ = false;
    bool stopping_ = false;
    std::thread thread_;
  };

  Connect connect_;
  Arrived arrived_;
  Lane held_;
  Lane quick_;
};

}  // namespace flyball::agent
