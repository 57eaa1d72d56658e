// Asks the gateway through pgjdbc: the queries on standard input one a line, then the tables, then one table's columns.
// Fields end with US, rows with RS, answers with GS. With a fetch size rows come by portal, in parts.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

public class Jdbc {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        int fetch = Integer.parseInt(arguments[3]);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
            connection.setReadOnly(true);
            connection.setAutoCommit(fetch == 0);
            for (String sql = input.readLine(); sql != null; sql = input.readLine()) {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    statement.setFetchSize(fetch);
                    // From the fifth time on the driver prepares a statement on the server and asks for binary values.
                    for (int time = 0; time < 6; time++) statement.executeQuery().close();
                    print(statement.executeQuery());
                } catch (java.sql.SQLException failed) {
                    System.err.println(sql + ": " + failed.getMessage());
                    if (fetch > 0) connection.rollback();
                    OUT.print("failed\u001e\u001d");
                }
            }
            try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM cases WHERE gender = ? AND registered_year > ?")) {
                statement.setString(1, "woman");
                statement.setInt(2, 2015);
                statement.executeQuery().close();
            }
            var tables = connection.getMetaData().getTables(null, null, "%", new String[] {"TABLE", "VIEW"});
            while (tables.next()) OUT.print(tables.getString("TABLE_SCHEM") + "\u001f" + tables.getString("TABLE_NAME") + "\u001f" + tables.getString("REMARKS") + "\u001e");
            OUT.print("\u001d");
            var columns = connection.getMetaData().getColumns(null, "stored", "cases", "%");
            while (columns.next()) OUT.print(columns.getString("COLUMN_NAME") + "\u001f" + columns.getString("TYPE_NAME") + "\u001f" + columns.getString("REMARKS") + "\u001e");
            OUT.print("\u001d");
            if (fetch > 0) connection.commit();
        }
    }

    private static void print(ResultSet rows) throws Exception {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            for (int at = 1; at <= columns; at++) {
                String value = rows.getString(at);
                OUT.print((at > 1 ? "\u001f" : "") + (value == null ? "\u2400" : value));
            }
            OUT.print("\u001e");
        }
        rows.close();
        OUT.print("\u001d");
    }
}
