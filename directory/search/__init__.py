"""Finding profiles: what may be asked, and the engines that answer. Other floors use `port` alone; nothing else imports Whoosh."""
