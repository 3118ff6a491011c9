using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KestrelRelaySample;

/// <summary>The page, which shows who is connected, and what it is fed with.</summary>
internal static class PageEndpoints
{
    /// <summary>Nothing but the files below, and nobody else's page has it in a frame.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapPage(this WebApplication app)
    {
        MapFile(app, "/", "index.html", MediaTypeNames.Text.Html);
        MapFile(app, "/page.css", "page.css", MediaTypeNames.Text.Css);
        MapFile(app, "/page.js", "page.js", MediaTypeNames.Text.JavaScript);
        MapFile(app, "/icon.svg", "icon.svg", MediaTypeNames.Image.Svg);
        app.MapGet("/events", Watch);
    }

    private static void MapFile(WebApplication app, string path, string name, string type) => app.MapGet(path, (HttpContext context) =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        return TypedResults.Stream(typeof(PageEndpoints).Assembly.GetManifestResourceStream(name)!, $"{type}; charset=utf-8");
    });

    private static Results<ServerSentEventsResult<string>, StatusCodeHttpResult> Watch(HttpContext context, LiveFeed feed)
    {
        if (feed.TryJoin() is not Viewer viewer)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        context.Response.RegisterForDispose(viewer);
        return TypedResults.ServerSentEvents(viewer.WatchAsync(context.RequestAborted));
    }
}
