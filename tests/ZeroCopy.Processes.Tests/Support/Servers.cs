using System.Globalization;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>Servers that people run behind relays, each with its files in a folder of the test's.</summary>
internal static class Servers
{
    private const string Nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups";

    /// <summary>The folder of PostgreSQL's programs, which are in no path.</summary>
    public static string PostgresPrograms => Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";

    /// <summary>What to put before a command so that PostgreSQL runs it, which refuses to be root.</summary>
    public static string AsPostgres { get; } = Environment.IsPrivilegedProcess ? Nobody : "env";

    public static Daemon Redis(int port, string unixSocket)
    {
        Shell.SkipWithout("redis-server");
        return new Daemon(
            "redis-server", "--port", Text(port), "--bind", "127.0.0.1", "--unixsocket", unixSocket, "--save", string.Empty, "--appendonly", "no").Listening(port);
    }

    /// <summary>Serves the files of a folder, and takes new ones.</summary>
    public static Daemon Nginx(int port, string folder)
    {
        Shell.SkipWithout("nginx");
        Shell.SkipWithout("curl");
        string configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events { }
            http {
                access_log off;
                client_body_temp_path {{folder}}/bodies;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                server {
                    listen 127.0.0.1:{{port}};
                    root {{folder}};
                    client_max_body_size 0;
                    dav_methods PUT DELETE;
                }
            }
            """);
        return new Daemon("nginx", "-c", configuration, "-p", folder).Listening(port);
    }

    /// <summary>Also listens on a unix socket in the folder, under PostgreSQL's own name.</summary>
    public static Daemon Postgres(int port, string folder)
    {
        Skip.IfNot(Directory.Exists("/usr/lib/postgresql"), "PostgreSQL is not installed");
        string data = Path.Combine(folder, "data");
        Finished made = Shell.Line($"chmod 711 {folder} && mkdir {data} && " +
            (Environment.IsPrivilegedProcess ? $"chown nobody {data} && " : string.Empty) +
            $"{AsPostgres} {PostgresPrograms}/initdb -D {data} -U postgres -A trust --no-sync --locale=C -E UTF8");
        made.ExitCode.Should().Be(0, "{0}", made.Error);
        Daemon server = new("sh", "-c", $"exec {AsPostgres} {PostgresPrograms}/postgres -D {data} -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off");
        server.WaitForLine("ready to accept connections");
        return server;
    }

    public static Daemon Iperf(int port)
    {
        Shell.SkipWithout("iperf3");
        return new Daemon("iperf3", "-s", "-p", Text(port), "-B", "127.0.0.1").Listening(port);
    }

    /// <summary>Serves the files of a folder over TLS, with a certificate for the name, which is then in the folder as NAME.pem.</summary>
    public static Daemon OpenSsl(int port, string folder, string name)
    {
        Shell.SkipWithout("openssl");
        Finished made = Shell.Line(
            $"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name} -addext subjectAltName=DNS:{name} -keyout {name}.key -out {name}.pem",
            folder);
        made.ExitCode.Should().Be(0, "{0}", made.Error);
        return new Daemon("sh", "-c", $"cd {folder} && exec openssl s_server -accept 127.0.0.1:{port} -cert {name}.pem -key {name}.key -WWW").Listening(port);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
