using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>Servers of the samples whose log has no place left.</summary>
public sealed class LogTests : SniProxyTest
{
    [SkippableTheory]
    [InlineData("TcpRelay", "--to")]
    [InlineData("SniProxy", "--route", "a.example=")]
    public void Log_CannotBeWritten_NotEvenThatAcceptingFails_ServesAllTheSame(string sample, string option, string name = "")
    {
        (Socket server, string to) = Listen();
        int port = SocketPair.FreePort();
        string address = string.Create(CultureInfo.InvariantCulture, $"{IPAddress.Loopback}:{port}");
        string[] program = ["dotnet", Repository.Built(sample, $"{sample}.dll"), "--listen", address, option, name + to];
        Daemon daemon = Own(Failing("accept4", "error=EMFILE:when=1+2", "/dev/null", ["sh", "-c", "exec \"$@\" 2> /dev/full", "sh", .. program]));
        daemon.Listening(port);
        byte[] hello = Hello.For("a.example");
        for (int i = 0; i < 5; i++)
        {
            Socket client = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            client.Connect(IPAddress.Loopback, port);
            client.Send(hello);
            SocketPair ends = Served(client, server, hello);
            MustSendAll(ends.Far, ends.Near, hello);
        }
    }
}
